"""The guide is carried out: its files are written as they come, its commands run and say what the page shows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Console, prepare
from doc_page import DOCS, ROOT, Block, Page, accepted, matches, read_page

ACCEPT = os.environ.get("ACCEPT") == "1"

PAGES = (ROOT / "README.md", *sorted((DOCS / "guide").glob("*.md")))
WITH_COMMANDS = [page for path in PAGES if (page := read_page(path)).consoles()]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.path.stem)
def test_the_guide_says_what_happens(
    page: Page,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    subtests: pytest.Subtests,
) -> None:
    """The sections of a page are one project; each is reported by its heading."""
    folder = tmp_path / "shop"
    folder.mkdir()
    if page.path.stem != "getting-started":
        (folder / "assetc.toml").write_text('name = "shop"\n')
    prepare(monkeypatch, folder, tmp_path)
    console = Console(folder, capsys)
    real = []
    for heading, text in page.sections():
        with subtests.test(heading):
            real.append(carry_out(text, folder, console))
            assert ACCEPT or real[-1] == text
    if ACCEPT:
        page.path.write_text("".join(real), encoding="utf-8")


def carry_out(section: str, folder: Path, console: Console) -> str:
    """The files of a section are written, its commands run: the section with what they say."""
    page, real, end = Page(folder, section), "", 0
    for block in page.blocks():
        if "path" in block.options:
            block.write_below(folder)
        elif block.language == "console":
            real += section[end : block.start] + "".join(said(block, console))
            end = block.end
    return real + section[end:]


def said(block: Block, console: Console) -> Iterator[str]:
    """The commands of a block, each with what it says where the page shows that; what fits stays as written."""
    for command, shown in commands_with_output(block.text):
        said = console.run(command)
        assert said.code == 0, f"{command}\n{said.out}{said.err}"
        told = said.out or said.err
        yield f"$ {command}\n{shown if not shown or matches(told, shown) else accepted(told, shown)}"


def commands_with_output(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown
