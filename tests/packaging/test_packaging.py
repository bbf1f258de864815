"""The manual page, the completion, the settings file and the unit agree with one another and with the program's own help."""
import os
import pathlib
import re
import shutil
import subprocess
import tomllib

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = REPO / "packaging"
PROGRAM = pathlib.Path(os.environ.get("CUMULET_BIN", REPO / "build/release/cumulet"))
COMMANDS = ["serve", "credentials", "account create", "account list", "account delete", "check", "ca", "doctor"]


def synopsis() -> dict:
    """The options of each command, as the manual page's synopsis has them."""
    text = (PACKAGING / "cumulet.1").read_text().split(".Sh SYNOPSIS")[1].split(".Sh DESCRIPTION")[0]
    parts = re.split(r"^\.Nm$", text, flags=re.M)[1:]
    commands = {part: re.search(r"^\.Cm (.+)$", part, re.M) for part in parts}
    return {name.group(1): {"-" + o for o in re.findall(r"Fl (-[\w-]+)", part)} for part, name in commands.items() if name}


def completed(*words: str) -> set:
    """What bash offers after these words, of which the last may be incomplete."""
    script = 'source "$0"; COMP_WORDS=(cumulet "$@"); COMP_CWORD=$#; _cumulet; printf "%s\\n" "${COMPREPLY[@]}"'
    run = subprocess.run(["bash", "-uc", script, PACKAGING / "cumulet.bash", *words], capture_output=True, text=True, check=True)
    assert not run.stderr
    return set(run.stdout.split())


def test_the_manual_has_every_command():
    assert list(synopsis()) == COMMANDS


def test_every_option_of_the_manual_is_explained():
    text = (PACKAGING / "cumulet.1").read_text()
    for option in synopsis()["serve"]:
        assert re.search(rf"^\.It Fl {re.escape(option[1:])}\b", text, re.M), option


def test_the_manual_is_formatted_without_a_warning():
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    run = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", PACKAGING / "cumulet.1"], capture_output=True, text=True, check=True)
    assert not run.stderr


def test_completion_offers_every_command():
    assert completed("") - {"--help", "--version"} == {command.split()[0] for command in COMMANDS}
    assert completed("account", "") - {"--help"} == {"create", "list", "delete"}


@pytest.mark.parametrize("command", COMMANDS)
def test_completion_offers_every_option(command):
    assert completed(*command.split(), "--") - {"--help"} == synopsis()[command]


def test_completion_knows_what_an_option_takes():
    assert completed("serve", "--log-level", "w") == {"warning"}
    assert completed("credentials", "--format", "") == {"env", "profile", "csv"}
    assert completed("account", "list", "--format", "") == {"text", "json"}
    assert completed("account", "create", "--format", "") == {"text", "env", "profile", "json"}
    assert completed("serve", "--data", "/us") == {"/usr"}
    assert "serve" in completed("--data", "check", "s")  # a value is no command


@pytest.mark.parametrize("command", COMMANDS)
def test_the_program_has_these_options(command):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built")
    text = subprocess.run([PROGRAM, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text)) - {"--help", "--help-all", "--version"} == synopsis()[command]


def test_settings_are_options():
    text = (PACKAGING / "cumulet.toml").read_text()
    every = tomllib.loads(re.sub(r"^#(?=[a-z0-9-]+ = )", "", text, flags=re.M))
    assert {"--" + name for name in every} == synopsis()["serve"] - {"--config"}
    assert tomllib.loads(text)["listen"] == ["127.0.0.1:4566"]


def test_the_unit_uses_what_the_package_installs():
    unit = (PACKAGING / "cumulet.service").read_text()
    settings = re.search(r"^ExecStart=/usr/bin/cumulet serve --config (\S+)$", unit, re.M).group(1)
    assert settings in (PACKAGING / "debian/conffiles").read_text().split()
    assert tomllib.loads((PACKAGING / "cumulet.toml").read_text())["data"] == "/var/lib/" + re.search(r"^StateDirectory=(.+)$", unit, re.M).group(1)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_maintainer_scripts_are_shell(script):
    subprocess.run(["sh", "-n", PACKAGING / "debian" / script], check=True)


@pytest.mark.parametrize("missing", ["dpkg-shlibdeps", "file"])
def test_no_package_without_the_tools_that_find_its_dependencies(missing, tmp_path):
    for tool in {"dpkg-shlibdeps", "file"} - {missing}:
        (tmp_path / tool).symlink_to("/bin/true")
    rules = REPO / "cmake/CumuletPackageTools.cmake"
    only_these = ["-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF", "-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF", f"-DCMAKE_PROGRAM_PATH={tmp_path}"]
    run = subprocess.run(["cmake", *only_these, "-DCPACK_GENERATOR=DEB", "-P", rules], capture_output=True, text=True)
    assert run.returncode and "tools/packages.sh package" in run.stderr, run
    (tmp_path / missing).symlink_to("/bin/true")
    subprocess.run(["cmake", *only_these, "-DCPACK_GENERATOR=DEB", "-P", rules], check=True)
    subprocess.run(["cmake", *only_these[:2], "-DCPACK_GENERATOR=TGZ", "-P", rules], check=True)
