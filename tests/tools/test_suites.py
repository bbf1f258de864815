"""./test: a suite that was killed before it wrote its results has failed."""
import os
import pathlib
import shutil
import subprocess

import pytest

REPO = pathlib.Path(__file__).resolve().parents[2]
KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"


def write(path: pathlib.Path, text: str) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def tree(tmp_path):
    """The script in a source tree of its own, where nothing is installed and nothing is built."""
    shutil.copy(REPO / "test", tmp_path / "test")
    (tmp_path / "tools").mkdir()
    shutil.copy(REPO / "tools/test-summary", tmp_path / "tools/test-summary")
    write(tmp_path / "tools/packages.sh", "#!/bin/sh\n")
    for program in ("cmake", "ctest"):
        write(tmp_path / "bin" / program, "#!/bin/sh\n")
    return tmp_path


def run(tree: pathlib.Path, *suites: str) -> tuple:
    """The exit code, and the lines of the summary."""
    environment = {**os.environ, "PATH": f"{tree / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run([tree / "test", *suites], env=environment, capture_output=True, text=True, timeout=120)
    lines = done.stdout.splitlines()
    return done.returncode, [line for line in lines if line.startswith(("failed:", "skipped:"))] + lines[-1:]


def good(name: str) -> str:
    return f'#!/bin/sh\nfor option; do case $option in --gtest_output=xml:*) echo \'<testsuite><testcase name="{name}"/></testsuite>\' >"${{option#*xml:}}" ;; esac; done\n'


def test_help_names_the_suites(tree):
    done = subprocess.run([tree / "test", "--help"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "./test NAME..." in done.stdout
    assert "The suites: layers unit " in done.stdout and not (tree / "build").exists()


def test_all_is_well(tree):
    write(tree / "build/release/src/a_test", good("a"))
    assert run(tree, "unit") == (0, ["1 passed, 0 failed"])


def test_a_unit_test_program_that_was_killed(tree):
    write(tree / "build/release/src/a_test", good("a"))
    write(tree / "build/release/src/b_test", "#!/bin/sh\nkill -KILL $$\n")
    assert run(tree, "unit") == (1, ["failed: release-b_test: release-b_test", "1 passed, 1 failed"])


@pytest.mark.parametrize("suite", ["api", "lesson", "clients", "crash", "packaging", "tools"])
def test_a_suite_in_python_that_was_killed(tree, suite):
    write(tree / f"tests/{suite}/test_it.py", f"def test_first():\n    pass\n\n\ndef test_last():\n    {KILL}")
    write(tree / "tests/clients/install.sh", "#!/bin/sh\n")
    write(tree / "build/release/src/a_test", good("a"))
    assert run(tree, suite, "unit") == (1, [f"failed: {suite}: {suite}", "1 passed, 1 failed"])


def test_a_check_of_the_layers_that_was_killed(tree):
    write(tree / "tools/check-layers", KILL)
    assert run(tree, "layers") == (1, ["failed: layers: layers", "0 passed, 1 failed"])


def test_fuzz_programs_without_results(tree):
    assert run(tree, "fuzz") == (1, ["failed: fuzz: fuzz", "0 passed, 1 failed"])


def test_results_of_an_earlier_run_do_not_count(tree):
    write(tree / "build/release/src/a_test", good("a"))
    assert run(tree, "unit")[0] == 0
    write(tree / "build/release/src/a_test", "#!/bin/sh\nkill -KILL $$\n")
    assert run(tree, "unit")[0] == 1
