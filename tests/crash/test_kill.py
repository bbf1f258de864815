"""The real server, killed with SIGKILL at random moments under a mixed load: the operating system goes on, the process does not."""
from .rounds import ROUNDS, SEED, Rounds


def test_nothing_acknowledged_is_lost(tmp_path):
    rounds = Rounds(tmp_path / "data", tmp_path / "server.log", SEED)
    rounds.run(ROUNDS)
    rounds.finish()
