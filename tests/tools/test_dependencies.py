"""docs/dependencies.md says why for every package that tools/packages.sh installs."""
import pathlib
import re

REPO = pathlib.Path(__file__).resolve().parents[2]


def packages() -> list:
    lists = re.findall(r"^(?:build|test)=\((.*?)\)", (REPO / "tools/packages.sh").read_text(), re.M | re.S)
    return " ".join(lists).split()


def test_every_package_has_its_reason():
    named = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", "\n".join(line for line in (REPO / "docs/dependencies.md").read_text().splitlines() if line.startswith("|"))))
    assert packages() and not set(packages()) - named
