"""A student's Python: lines are typed into it and it answers, in a process of its own that sees the student's home folder.

As a program it is that process: a JSON document a line comes in, {"code": ...}, and one goes out, {"value": ..., "error": ...}.
"""
import ast
import json
import os
import pathlib
import subprocess
import sys
import textwrap


class Mistake(Exception):
    """What the student would have seen at the end of a traceback. `kind` is the exception's name."""

    def __init__(self, kind: str, message: str):
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Notebook:
    """One session of /usr/bin/python3. A context manager; the session ends with it."""

    def __init__(self, home: pathlib.Path, **env: str):
        self.env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **env}
        self.process = subprocess.Popen(["/usr/bin/python3", "-W", "ignore", __file__], cwd=home, env=self.env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def types(self, code: str):
        """Runs the lines; the value of the last one, if that is an expression (as a plain value, or as its text)."""
        self.process.stdin.write(json.dumps({"code": textwrap.dedent(code).strip()}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["error"]:
            raise Mistake(*answer["error"])
        try:
            return ast.literal_eval(answer["value"])
        except (ValueError, SyntaxError):
            return answer["value"]

    def __enter__(self) -> "Notebook":
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def run(code: str, names: dict):
    """As the interactive interpreter: all statements, and the value of the last if it has one."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<typed>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<typed>", "eval"), names) if last else None


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the student prints is not an answer
    names = {"__name__": "__main__"}
    for line in sys.stdin:
        answer = {"value": "None", "error": None}
        try:
            answer["value"] = repr(run(json.loads(line)["code"], names))
        except Exception as mistake:
            answer["error"] = [type(mistake).__name__, str(mistake)]
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
