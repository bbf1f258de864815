"""The program's commands as a shell sees them: exit codes, what is printed, and what is left alone."""
import json
import os
import shutil
import subprocess
import tempfile

import pytest

from support.raw import Account, Raw
from support.server import ROOT_ACCESS_KEY, ROOT_SECRET_KEY, Server, program

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


@pytest.fixture(scope="module")
def as_nobody():
    """Runs the program as another user, from a place that every user may enter: the repository may lie in root's home."""
    with tempfile.TemporaryDirectory(prefix="cumulet-program-") as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copy(program(), folder)

        def run_as_nobody(*args: str) -> subprocess.CompletedProcess:
            return subprocess.run([copy, *args], capture_output=True, text=True, timeout=60, cwd="/", user=65534, group=65534, extra_groups=())

        yield run_as_nobody


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
@pytest.mark.parametrize("command", MAKE_NONE)
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_another_users_data_folder(command, mode, as_nobody):
    with Server() as server:  # its folder is not below pytest's, which is root's alone
        server.stop()
        os.chmod(server.data, mode)
        done = as_nobody(*command, "--data", server.data)
        assert done.returncode == 1
        assert done.stderr == f"cumulet: cannot read {server.data}: permission denied; run this as the user that the server runs as\n"


def test_a_folder_of_other_things_is_not_served(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    said = refusal(1, "serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0")
    assert "it holds mine.txt; give a new or an empty folder with --data" in said
    assert os.listdir(tmp_path) == ["mine.txt"]


@pytest.mark.parametrize("key, said", [({"CUMULET_ROOT_ACCESS_KEY": ROOT_ACCESS_KEY}, "CUMULET_ROOT_SECRET_KEY is not: set both"),
                                       ({"CUMULET_ROOT_SECRET_KEY": ROOT_SECRET_KEY}, "CUMULET_ROOT_ACCESS_KEY is not: set both"),
                                       ({"CUMULET_ROOT_ACCESS_KEY": "AKIA", "CUMULET_ROOT_SECRET_KEY": ROOT_SECRET_KEY}, "CUMULET_ROOT_ACCESS_KEY: \"AKIA\" is not an access key"),
                                       ({"CUMULET_ROOT_ACCESS_KEY": ROOT_ACCESS_KEY, "CUMULET_ROOT_SECRET_KEY": "short"}, "CUMULET_ROOT_SECRET_KEY is not a secret key")])
def test_a_wrong_root_key_ends_with_2_before_anything_is_made(key, said, tmp_path):
    unset = {"CUMULET_ROOT_ACCESS_KEY": "", "CUMULET_ROOT_SECRET_KEY": ""}
    done = run("serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", **{**unset, **key})
    assert done.returncode == 2 and said in done.stderr and not os.listdir(tmp_path), done


def test_settings_that_show_to_be_wrong_while_it_starts_end_with_2(tmp_path):
    data = str(tmp_path / "data")
    assert "cannot open the access log /nowhere/log" in refusal(2, "serve", "--data", data, "--listen", "127.0.0.1:0", "--access-log", "/nowhere/log")
    with Server() as server:
        made = dict(line.split("=", 1) for line in server.run("account", "create", "alice").stdout.splitlines())
        server.stop()
        done = run("serve", "--data", server.data, CUMULET_ROOT_ACCESS_KEY=made["AWSAccessKeyId"], CUMULET_ROOT_SECRET_KEY=ROOT_SECRET_KEY)
        assert done.returncode == 2 and "belongs to the account \"alice\"" in done.stderr, done


def test_a_name_that_no_account_can_have(tmp_path):
    assert "NAME: \"al ice\" is not the name of an account" in refusal(2, "account", "create", "al ice", "--data", str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_another_users_folder_is_not_served(as_nobody):
    with Server() as server:
        server.stop()
        for data in (server.data, server.data + "/below"):
            done = as_nobody("serve", "--data", data)
            assert done.returncode == 1
            assert f"permission denied: the user nobody may not enter {server.data}, which belongs to root; run this as that user" in done.stderr, done


@pytest.fixture(params=["running", "stopped"])
def command(request):
    """A command on a data folder whose server runs, or ran: its output."""
    with Server(args=("--region", "eu-west-1")) as server:
        if request.param == "stopped":
            server.stop()

        def output(*args: str, code: int = 0) -> str:
            done = server.run(*args)
            assert done.returncode == code and (done.stderr.startswith("cumulet: ") if code else args[:2] == ("account", "create") or not done.stderr), done
            return done.stderr if code else done.stdout

        output.server = server
        yield output


def test_accounts_are_made_listed_and_deleted(command):
    made = dict(line.split("=", 1) for line in command("account", "create", "alice").splitlines())
    assert list(made) == ["AWSAccessKeyId", "AWSSecretKey", "AccountId", "CanonicalId"]
    assert set(json.loads(command("account", "create", "bob", "--format", "json"))) == set(made)
    assert command("account", "list").splitlines()[0] == f"alice  {made['AccountId']}  {made['CanonicalId']}"
    listed = json.loads(command("account", "list", "--format", "json"))["Accounts"]
    assert [(account["Name"], account["Root"]) for account in listed] == [("alice", False), ("bob", False), ("root", True)]
    assert listed[0]["CanonicalId"] == made["CanonicalId"]
    assert command("account", "delete", "ALICE") == "deleted the account alice\n"
    assert json.loads(command("account", "delete", "bob", "--format", "json"))["Name"] == "bob"
    assert [line.split()[0] for line in command("account", "list").splitlines()] == ["root"]


def test_a_new_accounts_key_pair_in_the_forms_that_clients_read(command):
    region = "eu-west-1" if command.server.process else "us-east-1"
    env = command("account", "create", "alice", "--format", "env").splitlines()
    assert [line.split("=")[0] for line in env] == ["export AWS_ACCESS_KEY_ID", "export AWS_SECRET_ACCESS_KEY", "export AWS_DEFAULT_REGION"]
    assert env[2].endswith(f"='{region}'")
    profile = command("account", "create", "bob", "--format", "profile").splitlines()
    assert profile[0] == "[bob]" and [line.split(" = ")[0] for line in profile[1:]] == ["aws_access_key_id", "aws_secret_access_key", "region"]
    made = command.server.run("account", "create", "carol")
    assert made.stderr == "The secret key of carol is shown this once, and cannot be asked for again: keep it.\n"
    assert command.server.run("account", "create", "dave", "--format", "json").stderr == ""


def test_accounts_that_are_not_deleted(command):
    assert "there is no account \"nobody\"" in command("account", "delete", "nobody", code=1)
    assert "the root account cannot be deleted" in command("account", "delete", "root", code=1)
    assert "there is an account \"root\" already" in command("account", "create", "root", code=1)


def test_the_region_of_the_running_server(command):
    running = command.server.process is not None
    expected = "eu-west-1" if running else "us-east-1"
    assert f"export AWS_DEFAULT_REGION='{expected}'\n" in command("credentials")
    assert f"region = {expected}\n" in command("credentials", "--format", "profile")
    assert "export AWS_DEFAULT_REGION='ap-south-1'\n" in command("credentials", "--region", "ap-south-1")
    assert command("credentials", "--format", "csv").count("\n") == 2


def test_an_account_with_buckets_stays_until_they_are_gone():
    with Server() as server:
        made = dict(line.split("=", 1) for line in server.run("account", "create", "carol").stdout.splitlines())
        carol = Raw(("127.0.0.1", server.port), Account(made["AWSAccessKeyId"], made["AWSSecretKey"]))
        assert carol.put("/of-carol").status == 200
        refused = server.run("account", "delete", "carol")
        assert refused.returncode == 1 and "owns 1 bucket: delete of-carol first" in refused.stderr
        assert carol.get("/of-carol").status == 200
        server.stop()
        assert "of-carol" in server.run("account", "delete", "carol").stderr
        server.start()
        assert carol.delete("/of-carol").status == 204
        assert server.run("account", "delete", "carol").returncode == 0
        assert carol.get("/").outcome == carol.put("/again").outcome == (403, "InvalidAccessKeyId")


def test_check_counts_in_words():
    with Server() as server:
        raw = Raw(("127.0.0.1", server.port), Account(ROOT_ACCESS_KEY, ROOT_SECRET_KEY))
        assert raw.put("/one").status == raw.put("/one/key", b"x").status == 200
        server.stop()
        done = server.run("check")
        assert (done.returncode, done.stdout) == (0, "1 bucket, 1 object, 1 byte, 0 blobs: all is well\n")


def test_doctor_says_what_storage_does_not_need(tmp_path):
    done = run("doctor", "--data", str(tmp_path))
    storage, _, compute = done.stdout.partition("\n\n")
    assert done.returncode == 0 and "disk         for durable writes: " in storage
    assert "EC2" in compute and "S3 works without" in compute.splitlines()[0]
    assert all(name in compute and name not in storage for name in ("KVM", "cgroups", "namespaces", "nftables", "io_uring"))


def test_doctor_says_what_serve_would_say_of_the_folder(tmp_path):
    said = run("doctor", "--data", str(tmp_path / "new")).stdout
    assert f"yes  data folder  for all that is kept: {tmp_path}/new can be used" in said and not os.listdir(tmp_path)
    (tmp_path / "mine.txt").write_text("x")
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 1 and "not a data folder of Cumulet, and not empty: it holds mine.txt" in done.stdout
    assert os.listdir(tmp_path) == ["mine.txt"]
    with Server() as server:
        assert f"{server.data} can be used" in server.run("doctor").stdout
        if os.geteuid() == 0:
            os.chown(server.data + "/format", 1234, 1234)
            done = server.run("doctor")
            assert done.returncode == 1 and f"{server.data} belongs to another user" in done.stdout
