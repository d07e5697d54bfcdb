"""The arguments of a call in a template, where all of them are literals, read without Jinja."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from msgspec import Struct

_STRING = re.compile(r"""'[^']*'|"[^"]*\"""")
_DIFFERENT_IN_JINJA = re.compile(r"""\\|'''|\"{3}""")
_COMMENT_OR_PREFIX = re.compile(r"#|\w'")
_CONSTANTS = {"true": True, "false": False, "none": None}
_ONE_STRING = re.compile(r"""\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")\s*""")
_NO_LITERAL = object()


class Keyword(Struct, frozen=True):
    """A keyword argument; `start` to `end` is its place in the text of the arguments, key included."""

    key: str
    value: object
    start: int
    end: int


class Arguments(Struct, frozen=True):
    """The arguments of a call."""

    positional: tuple[object, ...]
    keywords: tuple[Keyword, ...] = ()

    @property
    def named(self) -> dict[str, object]:
        """The values of the keyword arguments."""
        return {word.key: word.value for word in self.keywords}


@lru_cache(maxsize=4096)
def read_arguments(text: str) -> Arguments | None:
    """The arguments written between the parentheses of a call; None unless Jinja and Python both read literals.

    Floats, escapes and string prefixes are left to Jinja, which reads them a little differently.
    """
    one = _ONE_STRING.fullmatch(text)
    if one is not None:
        return Arguments((one[1] if one[1] is not None else one[2],))
    if _DIFFERENT_IN_JINJA.search(text) or _COMMENT_OR_PREFIX.search(_STRING.sub("''", text)):
        return None
    try:
        call = ast.parse(f"f({text})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    return _arguments_of(call, text)


def _arguments_of(call: ast.Call, text: str) -> Arguments | None:
    positional = tuple(_value(argument) for argument in call.args)
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    keywords = tuple(
        Keyword(
            keyword.arg or "",
            _value(keyword.value),
            _offset(text, lines, keyword.lineno, keyword.col_offset),
            _offset(text, lines, keyword.value.end_lineno or 1, keyword.value.end_col_offset or 0),
        )
        for keyword in call.keywords
    )
    values = (*positional, *(keyword.value for keyword in keywords))
    if _NO_LITERAL in values or any(not keyword.key for keyword in keywords):
        return None
    return Arguments(positional, keywords)


def _value(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=str() | bool() | int() | None):
            return node.value
        case ast.Name(id="true" | "false" | "none"):
            return _CONSTANTS[node.id]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.List(elts=elements):
            items = [_value(element) for element in elements]
            return _NO_LITERAL if _NO_LITERAL in items else items
        case ast.Dict(keys=keys, values=values):
            return _mapping(keys, values)
        case _:
            return _NO_LITERAL


def _mapping(keys: list[ast.expr | None], values: list[ast.expr]) -> object:
    mapping: dict[object, object] = {}
    for key, value in zip(keys, values, strict=True):
        read_key = _value(key) if key is not None else _NO_LITERAL
        read_value = _value(value)
        if not isinstance(read_key, str) or read_value is _NO_LITERAL:
            return _NO_LITERAL
        mapping[read_key] = read_value
    return mapping


def _offset(text: str, lines: list[int], line: int, column: int) -> int:
    """A character offset into `text` from Python's place (UTF-8 column) in `f(<text>)`."""
    start = lines[line - 1]
    column -= len("f(") if line == 1 else 0
    if text.isascii():
        return start + column
    return start + len(text[start:].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
