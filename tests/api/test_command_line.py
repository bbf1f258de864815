"""The program's commands as a shell sees them: exit codes, what is printed, and what is left alone."""
import os
import subprocess

import pytest

from support.server import program

MAKE_NONE = [("account", "create", "alice"), ("credentials",), ("ca",), ("check",)]


def run(*args: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run([program(), *args], capture_output=True, text=True, env={**os.environ, **env}, timeout=60)


def refusal(code: int, *args: str) -> str:
    done = run(*args)
    assert (done.returncode, done.stdout) == (code, "") and done.stderr.startswith("cumulet: "), done
    return done.stderr


def test_a_wrong_command_line_ends_with_2():
    said = refusal(2, "frob")
    assert "there is no command \"frob\"" in said and "serve, credentials, account, check, doctor, ca" in said
    assert "did you mean \"serve\"?" in refusal(2, "serv")
    assert "more than once" in refusal(2, "check", "--data", "a", "--data", "b")
    assert "127.0.0.1:4566" in refusal(2, "serve", "--listen", "my.host:80")
    assert run("--help").returncode == run("serve", "--help").returncode == run("--version").returncode == 0


@pytest.mark.parametrize("command", MAKE_NONE)
def test_only_serve_makes_a_data_folder(command, tmp_path):
    folder = tmp_path / "data"
    assert f"there is no folder {folder}; name the server's with --data" in refusal(1, *command, "--data", str(folder))
    assert not folder.exists()
    folder.mkdir()
    (folder / "mine.txt").write_text("x")
    assert "is not a data folder of Cumulet" in refusal(1, *command, "--data", str(folder))
    assert os.listdir(folder) == ["mine.txt"]


def test_a_folder_of_other_things_is_not_served(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    said = refusal(1, "serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0")
    assert "it holds mine.txt; give a new or an empty folder with --data" in said
    assert os.listdir(tmp_path) == ["mine.txt"]
