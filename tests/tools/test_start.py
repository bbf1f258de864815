"""./start: what it answers before it installs or builds anything."""
import pathlib
import shutil
import subprocess

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def start(tmp_path):
    """Runs the script in a source tree of its own, where installing and building leave a mark."""
    shutil.copy(REPO / "start", tmp_path / "start")
    shutil.copy(REPO / "CMakeLists.txt", tmp_path / "CMakeLists.txt")
    (tmp_path / "tools").mkdir()
    packages = tmp_path / "tools/packages.sh"
    packages.write_text("#!/bin/sh\necho installing; exit 1\n")
    packages.chmod(0o755)

    def run(*args: str) -> subprocess.CompletedProcess:
        return subprocess.run([tmp_path / "start", *args], capture_output=True, text=True, timeout=60)

    run.tree = tmp_path
    return run


def program(tree: pathlib.Path) -> None:
    path = tree / "build/release/cumulet"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\necho the program: $*\n")
    path.chmod(0o755)


def test_help_says_what_the_script_takes_and_what_the_program_does(start):
    done = start("--help")
    assert done.returncode == 0 and "./start --build" in done.stdout and "installing" not in done.stdout
    program(start.tree)
    assert "the program: serve --help" in start("--help").stdout


def test_version(start):
    done = start("--version")
    assert done.returncode == 0 and done.stdout.startswith("cumulet ") and done.stdout.split()[1][0].isdigit()


@pytest.mark.parametrize("word", ["--bild", "--buid", "build"])
def test_an_option_that_is_almost_build(start, word):
    done = start(word)
    assert (done.returncode, done.stdout) == (2, "") and "did you mean --build?" in done.stderr


def test_everything_else_is_the_programs(start):
    for args in ((), ("--build",), ("--listen", "127.0.0.1:0"), ("--bind", "x")):
        assert start(*args).stdout == "installing\n"
