"""Bad input gets a clear answer: what is wrong, where, and what to do next.

In `bad_input.md` a heading is a case. A fence with a path is that file; the `console` fence holds commands and what
they say: standard output, then the messages, then the exit code. `ACCEPT=1` rewrites what they say.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assetc.cli.main import main

CASES = Path(__file__).with_name("bad_input.md")
ACCEPT = os.environ.get("ACCEPT") == "1"
FENCE = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
VOLATILE = (
    (re.compile(r" · slowest \S+ [\d.]+ s"), ""),
    (re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE), ""),
    (re.compile(r"\b[0-9a-f]{21}\b"), "RUN"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "N s"),
)


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    body: str

    def files(self) -> Iterator[tuple[str, str]]:
        for _, path, text in FENCE.findall(self.body):
            if path:
                yield path, text

    def commands(self) -> list[str]:
        return [line[2:] for line in self.console.splitlines() if line.startswith("$ ")]

    @property
    def console(self) -> str:
        return next(text for language, _, text in FENCE.findall(self.body) if language == "console")


def cases() -> list[Case]:
    text = CASES.read_text(encoding="utf-8")
    found = re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return [Case(title, body) for title, body in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("ASSETC_", "DBT_"))]:
        monkeypatch.delenv(name)
    for name, value in {"NO_COLOR": "1", "COLUMNS": "110", "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    root = tmp_path.resolve() / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_the_answer_is_as_written(case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = dict(case.files())
    if not any(path in files for path in ("assetc.toml", "dbt_project.yml")) and "no project" not in case.title:
        files["assetc.toml"] = 'name = "shop"\n'
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    told = "".join(said(command, folder, capsys) for command in case.commands())
    if ACCEPT:
        accept(case, told)
    else:
        assert told == case.console


def test_every_answer_names_a_code_and_ends_with_one_that_means_failure() -> None:
    for case in cases():
        assert re.search(r"^(error|warning)\[[EW]\d{3}\]: ", case.console, re.MULTILINE), case.title
        assert re.search(r"^exit [12]$", case.console, re.MULTILINE), case.title


def said(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    code = main(shlex.split(command)[1:])
    streams = capsys.readouterr()
    text = (streams.out + streams.err).replace(str(folder), "/home/ann/shop").replace(str(folder.parent), "/home/ann")
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"$ {command}\n{lines}\nexit {code}\n" if lines else f"$ {command}\nexit {code}\n"


def accept(case: Case, told: str) -> None:
    text = CASES.read_text(encoding="utf-8")
    before = f"## {case.title}\n{case.body}"
    CASES.write_text(text.replace(before, before.replace(case.console, told)), encoding="utf-8")
