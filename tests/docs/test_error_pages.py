"""Each code has a page, each page a code, and the example of a page causes what the page says."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Console, prepare
from doc_page import DOCS, ROOT, Page, accepted, matches, read_page

from assetc.cli.commands.explain import known_codes, page_of

FOLDER = DOCS / "errors"
CODE = re.compile(r"[EWN]\d{3}")
ACCEPT = os.environ.get("ACCEPT") == "1"

WITHOUT_EXAMPLE = {
    "E187": "the packages are installed where the tests run",
    "E191": "a state file of a version that does not exist yet",
    "E192": "a folder without permissions, which root does not notice",
    "E193": "needs two processes",
    "E197": "a full disk or a read-only folder, which root does not notice",
    "W251": "how deep is too deep differs from one Python to the next",
    "W302": "DuckDB, in which the examples run, never warns",
}
"""Codes whose page shows no example that a test can carry out, and why."""


def codes_in_sources() -> set[str]:
    """The codes that stand in the sources as whole texts, or in a text as `error[E162]`."""
    return {code for path in (ROOT / "assetc").rglob("*.py") for code in _codes_of(path)}


def _codes_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if CODE.fullmatch(node.value):
                yield node.value
            elif node.value.startswith("error["):
                yield from CODE.findall(node.value)


def pages() -> list[Page]:
    return [read_page(path) for path in sorted(FOLDER.glob("*.md")) if CODE.fullmatch(path.stem)]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.path.stem for page in pages()} == codes_in_sources()


def test_the_index_lists_every_page_with_its_title() -> None:
    lines = "".join(f"- [{page.path.stem}]({page.path.name}): {page.title.partition(': ')[2]}\n" for page in pages())
    index = FOLDER / "README.md"
    head, mark, _ = index.read_text(encoding="utf-8").partition("<!-- the codes -->\n")
    if ACCEPT:
        index.write_text(f"{head}{mark}{lines}", encoding="utf-8")
    assert index.read_text(encoding="utf-8") == f"{head}<!-- the codes -->\n{lines}"


def test_the_package_carries_the_pages() -> None:
    assert set(known_codes()) == codes_in_sources()
    assert all(page_of(page.path.stem) == page.text for page in pages())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path.stem)
def test_a_page_has_its_parts(page: Page) -> None:
    assert page.title.startswith(f"{page.path.stem}: ")
    headings = [line for line in page.text.splitlines() if line.startswith("## ")]
    assert headings == (["## Instead"] if page.path.stem in WITHOUT_EXAMPLE else ["## Example", "## Instead"])
    assert bool(page.consoles()) == (page.path.stem not in WITHOUT_EXAMPLE)


@pytest.mark.parametrize("page", [page for page in pages() if page.consoles()], ids=lambda page: page.path.stem)
def test_the_example_causes_what_the_page_says(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    page.write_project(folder)
    prepare(monkeypatch, folder, tmp_path)
    console = Console(folder, capsys)
    (block,) = page.consoles()
    said = [console.run(command) for command in block.commands()][-1]
    told = said.out if said.codes else _told(page.path.stem, f"{said.err}\n\n{said.out}")
    assert not said.codes or page.path.stem in said.codes
    assert told, f"{page.path.stem} was not said:\n{said.out}{said.err}"
    if ACCEPT and not matches(told, block.output()):
        text = page.text[: block.end - len(block.output())] + accepted(told, block.output()) + page.text[block.end :]
        page.path.write_text(text, encoding="utf-8")
    else:
        assert matches(told, block.output()), told


def _told(code: str, text: str) -> str:
    """The first diagnostic of a code; else the first line that names it."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if re.match(rf"\s*(error|warning|note)\[{code}\]", line):
            rest = lines[index:]
            return "".join(f"{each.rstrip()}\n" for each in rest[: rest.index("") if "" in rest else None])
    return next((f"{line.strip()}\n" for line in lines if code in line), "")
