"""What a benchmark says: a row for each comparison, as a table and as JSON."""
import dataclasses
import json
import statistics
import sys


@dataclasses.dataclass
class Row:
    """A comparison and its goal. `values` must all keep `at_least` or `at_most`; they are medians over the rounds."""
    name: str
    what: str
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None
    values: dict = dataclasses.field(default_factory=dict)
    detail: str = ""
    rounds: list = dataclasses.field(default_factory=list)
    error: str = ""

    @property
    def goal(self) -> str:
        bound = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return bound if self.unit == "x" else f"{bound} {self.unit}"

    @property
    def reached(self) -> bool:
        return not self.error and all(self._keeps(value) for value in self.values.values())

    def _keeps(self, value: float) -> bool:
        return value >= self.at_least if self.at_least is not None else value <= self.at_most

    def json(self) -> dict:
        return {"name": self.name, "what": self.what, "goal": self.goal, "reached": self.reached,
                "values": {name: round(value, 4) for name, value in self.values.items()},
                "detail": self.detail, "rounds": self.rounds, **({"error": self.error} if self.error else {})}

    def lines(self) -> list[str]:
        verdict = "ERROR" if self.error else "reached" if self.reached else "MISSED"
        values = "   ".join(f"{name} {value:.2f}" for name, value in self.values.items())
        further = [text for text in (self.what, self.error or self.detail) if text]
        return [f"{self.name:<18} {self.goal:<10} {verdict:<8} {values}", *(f"{'':<18} {text}" for text in further)]


def median(values) -> float:
    return statistics.median(list(values))


def show(about: dict, rows: list[Row]) -> None:
    if (load := about["machine"]["load_before"]) > 1:
        print(f"The machine was busy (load {load:.1f}) before the start: believe CPU ratios, doubt the others, put-4k most.")
    print(f"{'row':<18} {'goal':<10} {'':<8} medians")
    for row in rows:
        print("\n".join(row.lines()))
    kept = sum(row.reached for row in rows)
    print(f"{kept} of {len(rows)} goals reached")


def write_json(path: str, about: dict, rows: list[Row]) -> None:
    with open(path, "w") as file:
        json.dump({**about, "rows": [row.json() for row in rows]}, file, indent=1)
        file.write("\n")


def progress(text: str) -> None:
    print(f"[{text}]", file=sys.stderr, flush=True)
