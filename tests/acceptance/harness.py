"""`P`: a native project in a temporary folder, and what the acceptance programs ask of it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from assetc.cli.text.problems import problem_lines
from assetc.cli.text.text import plain
from assetc.compiler.diagnostic import Diagnostic
from assetc.definitions.key import AssetKey
from assetc.project.documents.read_text import read_text
from assetc.project.load import LoadRequest
from assetc.runtime.opening import OpenRequest
from assetc.runtime.values.pickled import read_value
from assetc.runtime.workspace import NotOpened, Workspace, open_workspace

LISTINGS = frozenset({"ls", "checks", "asset", "status", "runs", "orphans", "job"})


@dataclass
class Edge:
    kind: str
    where: str


@dataclass
class Call:
    """What a command gave: exit code, both outputs together, standard output as JSON, states and order of a run."""

    code: int
    out: str
    stdout: str
    status: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        found = json.loads(self.stdout)
        return Listing(found) if isinstance(found, list) else found


class Listing(list):  # type: ignore[type-arg]
    """A list of rows, which compares with a list of names as `ls` gives them."""


class Projects:
    """`P`: makes one project after another, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, files: Mapping[str, str], *, targets: Mapping[str, Mapping[str, Any]] | None = None, **options: Any
    ) -> Project:
        return Project(Path(tempfile.mkdtemp(dir=self.folder)), files, targets or {}, options)


class Project:
    def __init__(
        self, root: Path, files: Mapping[str, str], targets: Mapping[str, Mapping[str, Any]], options: dict[str, Any]
    ) -> None:
        self.root = root
        # A dialect of another warehouse than DuckDB comes with that warehouse's target: nothing is executed there.
        schema = options.pop("schema", "main")
        outputs: dict[str, Any] = {}
        for name in ("dev", "prod"):
            outputs[name] = {"type": "duckdb", "path": f"{name}.duckdb", "schema": schema, "threads": 4}
        outputs |= targets
        self.write("profiles.yml", json.dumps({"acceptance": {"target": "dev", "outputs": outputs}}))
        lines = ['name = "acceptance"', 'profile = "acceptance"']
        lines += [f"{key} = {_toml(value)}" for key, value in options.items()]
        self.write("assetc.toml", "\n".join(lines) + "\n")
        for path, text in files.items():
            self.write(path, text)

    # the project's files

    def write(self, path: str, text: str) -> None:
        text = textwrap.dedent(text).lstrip("\n") if path.endswith(".py") else text
        is_model = path.endswith(".py") and not path.endswith("__init__.py") and path.startswith("models/")
        if is_model or path == "defs.py":
            # The first line stays the first one where a second statement may stand on it.
            may_share = text.startswith(("import ", "from "))
            text = f"from assetc import *{'; ' if may_share else chr(10)}{text}"
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode("utf-8"))

    def rm(self, path: str) -> None:
        (self.root / path).unlink()

    def mv(self, path: str, to: str) -> None:
        (self.root / path).rename(self.root / to)

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    # what the compiler says

    def open(self, target: str | None = None) -> Workspace | NotOpened:
        request = LoadRequest(environment=dict(os.environ), target=target)
        opened = open_workspace(OpenRequest(self.root, request))
        if isinstance(opened, Workspace):
            opened.close()
        return opened

    def compiled(self) -> Workspace:
        opened = self.open()
        assert isinstance(opened, Workspace), self._texts(opened.diagnostics)
        return opened

    def graph(self) -> dict[str, set[str]]:
        graph = self.compiled().graph
        return {str(key): {str(up) for up in graph.upstream[key]} for key in graph.assets}

    def edge(self, down: str, up: str) -> Edge:
        for edge in self.compiled().graph.edges:
            if (str(edge.down), str(edge.up)) == (down, up):
                return Edge(edge.kind, edge.span.where)
        raise AssertionError(f"no edge from {up} to {down}")

    def diag(self) -> list[tuple[str, str]]:
        return [(found.code, self._text(found)) for found in self.open().diagnostics]

    def err(self, code: str) -> str:
        found = [problem for problem in self.open().diagnostics if problem.code == code]
        assert len(found) == 1, (code, self.diag())
        assert self.cli("compile").code == 2
        return self._text(found[0])

    def _text(self, problem: Diagnostic) -> str:
        def read(path: str) -> str | None:
            text = read_text(str(self.root), path)
            return text if isinstance(text, str) else None

        return "\n".join(plain(line) for line in problem_lines(problem, read, 160))

    def _texts(self, problems: tuple[Diagnostic, ...]) -> str:
        return "\n".join(self._text(problem) for problem in problems)

    # commands

    def cli(self, arguments: str, **environment: str) -> Call:
        words = shlex.split(arguments)
        command = words[0] if words else ""
        if command in LISTINGS and "--json" not in words:
            words.append("--json")
        if command in ("run", "build", "retry", "seed", "test") and "--log-format" not in words:
            words += ["--log-format", "json"]
        done = subprocess.run(
            [sys.executable, "-m", "assetc", *words],
            cwd=self.root,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "160", **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
        call = Call(done.returncode, done.stdout + done.stderr, done.stdout)
        assert "Traceback (most recent call last)" not in done.stderr, done.stderr
        for line in done.stderr.splitlines():
            _read_event(call, line)
        return call

    def run(self, arguments: str = "") -> Call:
        return self.cli(f"run {arguments}")

    def build(self, arguments: str = "") -> Call:
        return self.cli(f"build {arguments}")

    def kill_run_after(self, arguments: str, seconds: float) -> None:
        child = subprocess.Popen([sys.executable, "-m", "assetc", "run", *shlex.split(arguments)], cwd=self.root)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait()

    def py(self, code: str) -> Call:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], cwd=self.root, capture_output=True, text=True, check=True
        )
        return Call(0, done.stdout, done.stdout)

    # what the run left behind

    def q(self, sql: str, target: str = "dev") -> list[tuple[Any, ...]]:
        with duckdb.connect(self.root / f"{target}.duckdb") as connection:
            result = connection.execute(sql)
            return result.fetchall() if result.description else []

    def value(self, key: str) -> Any:
        return read_value(self.root / ".assetc" / "storage", AssetKey(key))

    def cols(self, relation: str) -> list[str]:
        return [row[0] for row in self.q(f"describe {relation}")]


def _read_event(call: Call, line: str) -> None:
    """An event of `--log-format json`: the state of a step, and the order in which steps began."""
    if not line.startswith("{"):
        return
    event = json.loads(line)
    name, asset = event.get("event", ""), event.get("asset")
    if name == "step.start" and asset and "check" not in event:
        call.order.append(asset)
    elif name.startswith("asset.") and asset:
        call.status[asset] = event.get("status") or name.removeprefix("asset.")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)
