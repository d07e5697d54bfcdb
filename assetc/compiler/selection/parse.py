"""From the text of `--select` to an expression: dbt's grammar. A space unites, a comma intersects."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.selection.methods import METHOD_FUNCTIONS, NOT_BUILT
from assetc.compiler.selection.request import NOTHING, Criterion, Depth, Expression, Intersection, Union

METHODS = tuple(sorted({*METHOD_FUNCTIONS, *NOT_BUILT, "selector"}))
"""dbt's methods, and four of our own: key, kind, owner, column."""

_TERM = re.compile(
    r"(?P<at>@)?"
    r"(?:(?P<up>\d*)\+)?"
    r"(?:(?P<method>[\w.]+):(?!//))?"
    r"(?P<value>.*?)"
    r"(?:\+(?P<down>\d*))?",
    re.DOTALL,
)


def parse_selection(texts: Iterable[str]) -> tuple[Expression, tuple[Diagnostic, ...]]:
    """The union of what the texts say; what cannot be understood is reported and left out."""
    parts: list[Expression] = []
    problems: list[Diagnostic] = []
    for text in texts:
        for word in text.split():
            part, found = _parse_intersection(word)
            parts.append(part)
            problems += found
    return (parts[0] if len(parts) == 1 else Union(tuple(parts))), tuple(problems)


def parse_criterion(text: str) -> Criterion | Diagnostic:
    """One term: `@`, a depth up, a method, a value, a depth down."""
    match = _TERM.fullmatch(text)
    if match is None or not match["value"]:
        return diagnostic("E115", f"the selection {text!r} names nothing", hint=_FORM)
    if match["at"] and match["down"] is not None:
        return diagnostic("E115", f"{text!r} has both @ and a trailing +", hint="@ already takes everything downstream")
    method, *arguments = (match["method"] or "").split(".")
    if method and method not in METHODS:
        return unknown_method(method, text)
    if method == "config" and not all(arguments or [""]):
        return diagnostic("E115", f"{text!r} names no configuration key", hint="Write config.materialized:view")
    return Criterion(
        value=match["value"],
        method=method or None,
        arguments=tuple(arguments),
        parents=_depth(match["up"]),
        children=_depth(match["down"]),
        childrens_parents=bool(match["at"]),
    )


def unknown_method(method: str, text: str) -> Diagnostic:
    """E115 for a method that there is not, with those that there are."""
    hint = did_you_mean(method, METHODS) or f"The methods are {', '.join(METHODS)}"
    return diagnostic("E115", f"unknown selection method {method!r} in {text!r}", hint=hint)


_FORM = "a term is a name, a path or method:value, with + around it: +orders, tag:nightly+, 2+orders"


def _parse_intersection(word: str) -> tuple[Expression, list[Diagnostic]]:
    parsed = [parse_criterion(term) for term in word.split(",")]
    problems = [each for each in parsed if isinstance(each, Diagnostic)]
    criteria = tuple(each for each in parsed if isinstance(each, Criterion))
    if problems:
        return NOTHING, problems
    return (criteria[0] if len(criteria) == 1 else Intersection(criteria)), []


def _depth(digits: str | None) -> Depth:
    if digits is None:
        return 0
    return int(digits[:9]) if digits else None
