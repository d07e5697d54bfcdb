"""Golden cases: the files of a project go in, the problems of loading it come out.

In `cases/*.md` a heading is a case; a fence named like a file is that file, `request` sets options of the load,
`problems` is what comes out: code, place, message, and behind "=" the hint. `ACCEPT=1` rewrites the problems.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import pytest

from assetc.compiler.diagnostic import Diagnostic
from assetc.project.load import LoadRequest, load
from assetc.project.memory.load_memory import NO_MEMORY
from assetc.project.project_file import read_variables
from assetc.project.properties.load_properties import load_properties

CASES = Path(__file__).parent / "cases"
FENCE = re.compile(r"^```(\S+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    path: Path
    title: str
    body: str

    @property
    def fences(self) -> dict[str, str]:
        return dict(FENCE.findall(self.body))


def cases() -> list[Case]:
    return [
        Case(path, title.strip(), body)
        for path in sorted(CASES.glob("*.md"))
        for title, body in re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    ]


def write_files(root: Path, fences: dict[str, str]) -> None:
    for name, text in fences.items():
        if name not in ("request", "problems"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text.replace("⇥", "\t"))


def request_of(fences: dict[str, str]) -> dict[str, object]:
    options, problems = read_variables(fences.get("request", "{}"))
    assert not problems
    return dict(options)


def shown(diagnostic: Diagnostic, root: Path) -> str:
    place = f" {diagnostic.span}" if diagnostic.span else ""
    text = f"{diagnostic.code}{place} {diagnostic.message}\n"
    text += indent(f"{diagnostic.hint}\n", "  = ") if diagnostic.hint else ""
    text += "".join(f"  + {note.span} {note.label}\n" for note in diagnostic.related)
    return text.replace(str(root), "ROOT")


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.path.stem}: {case.title}")
def test_problems_are_as_written(case: Case, tmp_path: Path) -> None:
    root = tmp_path.resolve() / "shop"
    root.mkdir()
    write_files(root, case.fences)
    options = request_of(case.fences)
    environment = {"HOME": str(root / "home"), **options.pop("environment", {})}  # type: ignore[dict-item]
    start = root / str(options.pop("start", "."))
    loaded = load(start, LoadRequest(environment=environment, **options))  # type: ignore[arg-type]
    described = load_properties(loaded.unread, NO_MEMORY).problems if loaded.unread else ()
    found = dict.fromkeys((*loaded.diagnostics, *described))
    problems = "".join(shown(diagnostic, root) for diagnostic in found)
    if os.environ.get("ACCEPT"):
        accept(case, problems)
    else:
        assert problems == case.fences["problems"]


def accept(case: Case, problems: str) -> None:
    fence = f"```problems\n{problems}```\n"
    body = FENCE.sub(lambda match: fence if match[1] == "problems" else match[0], case.body)
    case.path.write_text(case.path.read_text().replace(case.body, body))
