"""Takes a template apart whose every tag is a name, a call with literal arguments, or a comment."""

from __future__ import annotations

import re
from typing import NamedTuple

from assetc.compiler.template.literals import Arguments, read_arguments

_TAG = re.compile(
    r"""\{\{ (?P<left>-?) \s*
        (?P<call> (?P<name> [A-Za-z_]\w* ) (?: \s* \( (?P<arguments> (?: [^{}] | \{ [^{}%\#]* \} )*? ) \) )? )
        \s* (?P<right>-?) \}\}
      | \{\# (?P<comment_left>-?) .*? (?P<comment_right>-?) \#\}
      | \{[{%\#]
    """,
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_OF_JINJA = frozenset(
    {
        "and", "caller", "elif", "else", "false", "False", "for", "if", "in", "is", "kwargs", "loop", "none", "None",
        "not", "or", "self", "super", "true", "True", "varargs",
    }
)  # fmt: skip
"""Words that are no name to Jinja, or one that it gives a meaning of its own."""


class Tag(NamedTuple):
    """A tag, with the text from `literal_start` to `literal_end` that stands before it; no name for a comment.

    A call has `arguments`; all places are offsets in the text.
    """

    name: str
    arguments: Arguments | None
    literal_start: int
    literal_end: int
    start: int
    end: int
    call_start: int
    call_end: int
    arguments_start: int


class Split(NamedTuple):
    """The tags of a text, and the literal text from `rest` to `end` that stands behind them."""

    tags: tuple[Tag, ...]
    rest: int
    end: int


def has_tags(text: str) -> bool:
    """Whether a text is a template at all."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)


def split_tags(body: str) -> Split | None:
    """The tags of a text; None unless each is a name, a call with literal arguments, or a comment."""
    if "{%" in body or "\r" in body:
        return None
    tags: list[Tag] = []
    position = 0
    for match in _TAG.finditer(body):
        tag = _tag(body, position, match)
        if tag is None:
            return None
        tags.append(tag)
        position = match.end()
        if match["right"] or match["comment_right"]:
            position = len(body) - len(body[position:].lstrip())
    return Split(tuple(tags), position, len(body) - 1 if body.endswith("\n") else len(body))


def _tag(body: str, position: int, match: re.Match[str]) -> Tag | None:
    start, end = match.span()
    call_start, call_end = match.span("call")
    is_comment = call_start < 0
    if is_comment and body[end - 2 : end] != "#}":
        return None
    strips = match["left"] or match["comment_left"]
    literal_end = position + len(body[position:start].rstrip()) if strips else start
    if is_comment:
        return Tag("", None, position, literal_end, start, end, start, end, start)
    name, written = match["name"], match["arguments"]
    arguments = None if written is None else read_arguments(written)
    if name in _OF_JINJA or (written is not None and arguments is None):
        return None
    return Tag(name, arguments, position, literal_end, start, end, call_start, call_end, match.start("arguments"))
