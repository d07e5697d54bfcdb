"""A page of the documentation as a value: its headings and fenced blocks, and how the blocks are carried out.

A fence with `path=` is a file of a project. A `console` fence holds commands, each after "$ ", and what they say.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PROJECT_FILES = ("assetc.toml", "pyproject.toml", "dbt_project.yml")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block. `start` and `end` are the offsets of its text in the page."""

    language: str
    options: dict[str, str]
    text: str
    start: int
    end: int

    def commands(self) -> list[str]:
        """The commands of a `console` block."""
        return [line[2:] for line in self.text.splitlines() if line.startswith("$ ")]

    def output(self) -> str:
        """What a `console` block says after its last command."""
        return self.text.rpartition("$ ")[2].partition("\n")[2]

    def write_below(self, folder: Path) -> None:
        """Write the file that the block is."""
        place = folder / self.options["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(self.text.encode(self.options.get("encoding", "utf-8")))


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file with its blocks."""

    path: Path
    text: str

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ")

    def blocks(self) -> list[Block]:
        return list(_blocks(self.text))

    def consoles(self) -> list[Block]:
        return [block for block in self.blocks() if block.language == "console"]

    def sections(self) -> list[tuple[str, str]]:
        """The heading and the whole text of each section; a heading in a fence is none."""
        fences = [(block.start, block.end) for block in self.blocks()]
        marks = [mark for mark in _HEADING.finditer(self.text) if not any(a <= mark.start() < b for a, b in fences)]
        ends = [*(mark.start() for mark in marks[1:]), len(self.text)]
        return [(mark[1], self.text[mark.start() : end]) for mark, end in zip(marks, ends, strict=True)]

    def write_project(self, folder: Path) -> None:
        """The files of the page. A page that brings no project file means an empty one."""
        files = [block for block in self.blocks() if "path" in block.options]
        for block in files:
            block.write_below(folder)
        names = {block.options["path"] for block in files}
        if names.isdisjoint(_PROJECT_FILES) and not any("no-project" in block.options for block in self.blocks()):
            (folder / "assetc.toml").write_text('name = "shop"\n')


def read_page(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def _blocks(text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        language, *words = shlex.split(match["info"]) or [""]
        options = dict(word.partition("=")[::2] for word in words)
        yield Block(language, options, match["text"], *match.span("text"))


def matches(told: str, shown: str) -> bool:
    """Whether a text is the one that a page shows; "..." in the page stands for any text, lines too."""
    pattern = ".*".join(re.escape(part) for part in _stripped(shown).split("..."))
    return re.fullmatch(pattern, _stripped(told), re.DOTALL) is not None


def accepted(told: str, shown: str) -> str:
    """What a page is to show from now on: what was told, with the lines whose "..." still fits left as they are."""
    loose = [line for line in shown.splitlines() if "..." in line and line.strip() != "..."]
    lines = (next((line for line in loose if matches(each, line)), each) for each in told.rstrip().splitlines())
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())
