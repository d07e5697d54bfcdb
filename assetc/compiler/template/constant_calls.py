"""Finds the calls of ref, source and config that a template contains, wherever they stand, and their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jinja2 import nodes

from assetc.compiler.template.unit import CAPTURED, ConstantCall

_STRING_OR_PAREN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[()]""", re.DOTALL)


def find_constant_calls(
    calls: Iterable[nodes.Call], names: Iterable[nodes.Name], file_text: str
) -> tuple[ConstantCall, ...]:
    """The calls by name among the calls and names of a text, in its order."""
    by_name = [
        _constant_call(node, node.node.name, file_text)
        for node in calls
        if isinstance(node.node, nodes.Name) and node.node.name in CAPTURED
    ]
    bare = [
        ConstantCall("this", (), None, node.lineno, node.lineno + 4)
        for node in names
        if node.name == "this" and node.ctx == "load"
    ]
    return tuple(sorted((*by_name, *bare), key=lambda call: call.start))


def _constant_call(node: nodes.Call, name: str, file_text: str) -> ConstantCall:
    end = _closing_paren(file_text, node.lineno)
    keywords = tuple(_keywords(node, file_text, node.lineno, end))
    return ConstantCall(name, _texts(node), _version(node), node.node.lineno, end, keywords)


def _texts(node: nodes.Call) -> tuple[str, ...] | None:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return None
    texts = tuple(argument.value for argument in node.args if isinstance(argument, nodes.Const))
    constant = len(texts) == len(node.args) and all(isinstance(text, str) for text in texts)
    return texts if constant else None


def _version(node: nodes.Call) -> str | None:
    for keyword in node.kwargs:
        if keyword.key in {"v", "version"} and isinstance(keyword.value, nodes.Const):
            return str(keyword.value.value)
    return None


def _keywords(node: nodes.Call, file_text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    stop = end - 1
    found: list[tuple[str, int, int]] = []
    for keyword in reversed(node.kwargs):
        key_start = max(file_text.rfind(keyword.key, start, keyword.value.lineno), start)
        key_end = len(file_text[:stop].rstrip().removesuffix(",").rstrip()) if stop > key_start else stop
        found.append((keyword.key, key_start, key_end))
        stop = key_start
    yield from reversed(found)


def _closing_paren(file_text: str, opening: int) -> int:
    depth = 0
    for match in _STRING_OR_PAREN.finditer(file_text, opening):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(file_text)
