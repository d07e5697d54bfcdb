"""Finds the named blocks of a file (macros, tests, materializations, snapshots, docs) without parsing Jinja."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, cast

from msgspec import Struct

BlockKind: TypeAlias = Literal["macro", "test", "materialization", "snapshot", "docs"]

_KINDS = "macro|data_test|test|materialization|snapshot|docs"
_COMMENT = r"\{#.*?#\}"
_RAW = r"\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}"
_OPEN = re.compile(rf"{_COMMENT}|{_RAW}|\{{%[-+]?\s*(?P<kind>{_KINDS})\s+(?P<name>\w+)", re.DOTALL)
_REST_OF_TAG = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?!%\}).)*%\}""", re.DOTALL)
_TAG = re.compile(
    rf"{_COMMENT}|{_RAW}|\{{%[-+]?\s*(?:(?P<opened>{_KINDS})\s+\w|end(?P<closed>{_KINDS})\s*[-+]?%\}})", re.DOTALL
)
_ADAPTER = re.compile(r"""adapter\s*=\s*(?:'(\w+)'|"(\w+)")""")


class Block(Struct, frozen=True):
    """A block of a file: `start` to `end` with its tags, `body_start` to `body_end` without.

    `adapter` is that of a materialization, "default" for the rest. `closed` is False when the end tag is missing.
    """

    kind: BlockKind
    name: str
    start: int
    end: int
    body_start: int
    body_end: int
    adapter: str = "default"
    closed: bool = True


def find_blocks(text: str) -> tuple[Block, ...]:
    """All blocks of a file that stand in no other block, in order."""
    blocks: list[Block] = []
    position = 0
    while (opening := _OPEN.search(text, position)) is not None:
        position = opening.end()
        if opening["kind"]:
            block = _block_at(text, opening)
            blocks.append(block)
            position = block.end
    return tuple(blocks)


def _block_at(text: str, opening: re.Match[str]) -> Block:
    tag_end = _REST_OF_TAG.match(text, opening.end())
    body_start = tag_end.end() if tag_end else opening.end()
    close = _closing(text, body_start, opening["kind"])
    adapter = _ADAPTER.search(text, opening.end(), body_start) if opening["kind"] == "materialization" else None
    kind = cast(BlockKind, opening["kind"].removeprefix("data_"))
    return Block(
        kind,
        opening["name"],
        opening.start(),
        close.end() if close else len(text),
        body_start,
        close.start() if close else len(text),
        adapter[1] or adapter[2] if adapter else "default",
        close is not None,
    )


def _closing(text: str, start: int, kind: str) -> re.Match[str] | None:
    depth = 1
    for match in _TAG.finditer(text, start):
        depth += (match["opened"] == kind) - (match["closed"] == kind)
        if depth == 0:
            return match
    return None
