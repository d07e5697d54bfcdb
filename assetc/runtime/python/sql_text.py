"""What executing SQL of a body needs to know of it: its statements, which return rows, and the frames it reads."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from types import FrameType

from assetc.definitions.form import form_of_class

TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<quoted>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<mark>[();])"
    r"|.",
    re.DOTALL,
)
READS = frozenset(
    {
        *("select", "from", "values", "table", "show", "describe", "desc", "explain", "pragma", "summarize"),
        *("pivot", "unpivot", "call"),
    }
)
WRITES = frozenset({"insert", "update", "delete", "merge", "create", "replace", "copy"})


def statements_of(text: str) -> tuple[str, ...]:
    """The statements of a text, without the empty ones."""
    ends = [0, *(token.end() for token in TOKEN.finditer(text) if token["mark"] == ";"), len(text)]
    parts = (text[start:end].strip().rstrip(";") for start, end in pairwise(ends))
    return tuple(part for part in parts if any(_words(part)))


def is_query(statement: str) -> bool:
    """Whether a statement only reads and returns rows; after `with`, its main verb decides."""
    verbs = (word for word in _words(statement) if word in READS or word in WRITES or word != "with")
    first = next(iter(_words(statement)), "")
    if first != "with":
        return first in READS
    return next((verb for verb in verbs if verb in READS or verb in WRITES), "") in READS


def is_select(text: str) -> bool:
    """Whether a text that a body returned is one query: what its asset consists of."""
    statements = statements_of(text)
    first = next(iter(_words(statements[0])), "") if len(statements) == 1 else ""
    return first in ("select", "with", "from", "values") and " " in text.strip() and is_query(statements[0])


def identifiers_in(text: str) -> frozenset[str]:
    """Every word of a text that could be a name, quoted ones too."""
    found = set()
    for token in TOKEN.finditer(text):
        if token["word"]:
            found.add(token["word"])
        elif token["quoted"] and token["quoted"][0] in '"`':
            found.add(token["quoted"][1:-1])
    return frozenset(found)


def _words(statement: str) -> Iterator[str]:
    """The words outside of parentheses (except leading ones), comments and quotes."""
    depth, seen = 0, False
    for token in TOKEN.finditer(statement):
        if token["mark"] == "(" and seen:
            depth += 1
        elif token["mark"] == ")" and depth:
            depth -= 1
        elif token["word"] and depth == 0:
            seen = True
            yield token["word"].lower()


def local_frames(sql: str) -> dict[str, object]:
    """Tables in variables of the calling code whose names occur in `sql`; the innermost variable of a name counts."""
    names = identifiers_in(sql)
    found: dict[str, object] = {}
    for frame in _calling_frames():
        for variables in (frame.f_locals, frame.f_globals):
            for name in names.intersection(variables):
                found.setdefault(name, variables[name])
    return {name: value for name, value in found.items() if form_of_class(type(value))}


def _calling_frames() -> Iterator[FrameType]:
    """The frames of the body and what it called, inside out: those between our call of it and its call of us."""
    frame = inspect.currentframe()
    while frame and _is_ours(frame):
        frame = frame.f_back
    while frame and not _is_ours(frame):
        yield frame
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("assetc.")
