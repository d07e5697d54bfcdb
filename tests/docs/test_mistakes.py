"""What people do wrong, and what they are told: each case of `mistakes.md` is a small project and a console."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from console import Console, prepare
from doc_page import Page, matches

PLACE = Path(__file__).with_name("mistakes.md")
HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
SECONDS = re.compile(r"\b\d+\.\d\d s\b")
ACCEPT = os.environ.get("ACCEPT") == "1"


def cases() -> dict[str, Page]:
    parts = HEADING.split(PLACE.read_text(encoding="utf-8"))
    return {title: Page(PLACE, text) for title, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("title", cases())
def test_a_mistake_is_told(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, folder = cases()[title], tmp_path / "shop"
    folder.mkdir()
    page.write_project(folder)
    prepare(monkeypatch, folder, tmp_path)
    (block,) = page.consoles()
    console = Console(folder, capsys)
    told = "".join(_told(console, command) for command in block.commands())
    if ACCEPT and not matches(told, block.text):
        whole = PLACE.read_text(encoding="utf-8")
        PLACE.write_text(whole.replace(page.text, page.text.replace(block.text, told)), encoding="utf-8")
    else:
        assert matches(told, block.text), told


def _told(console: Console, command: str) -> str:
    """The command with what it says, and with the code if it is not 0."""
    said = console.run(command)
    text = SECONDS.sub("0.01 s", f"{said.err}{said.out}").strip("\n")
    ended = f"[{said.code}]\n" if said.code else ""
    return f"$ {command}\n{text}\n{ended}" if text else f"$ {command}\n{ended}"
