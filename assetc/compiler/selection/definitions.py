"""selectors.yml: named expressions, written as strings or as mappings of union, intersection and exclude."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span, file_span
from assetc.compiler.selection.expression import (
    INDIRECT_MODES,
    NOTHING,
    Criterion,
    Depth,
    Difference,
    Expression,
    Intersection,
    Union,
)
from assetc.compiler.selection.find import criteria_of
from assetc.compiler.selection.parse import METHODS, parse_selection, unknown_method
from assetc.compiler.selection.request import Definition, SelectionEnvironment

TERM_KEYS = (
    "method", "value", "children", "parents", "children_depth", "parents_depth", "childrens_parents",
    "indirect_selection", "exclude",
)  # fmt: skip


class _MalformedError(Exception):
    """A definition that says nothing; it never leaves this file."""


def read_definitions(content: object, path: str) -> tuple[dict[str, Definition], tuple[Diagnostic, ...]]:
    """The definitions of a parsed selectors.yml; wrong ones select nothing and are reported (E161)."""
    place = file_span(path)
    entries = content.get("selectors") if isinstance(content, Mapping) else None
    if not isinstance(entries, list):
        return {}, (_problem("the file has no list `selectors`", place),)
    definitions: dict[str, Definition] = {}
    problems: list[Diagnostic] = []
    for entry in entries:
        definition, found = _entry(entry, place)
        problems += found
        if definition.name in definitions:
            problems.append(_problem(f"two selectors are named {definition.name!r}", place))
        definitions[definition.name] = definition
    defaults = [name for name, each in definitions.items() if each.default]
    if len(defaults) > 1:
        problems.append(_problem(f"several selectors are the default: {', '.join(defaults)}", place))
    return _without_circles(definitions, problems, place), tuple(problems)


def _entry(entry: object, place: Span) -> tuple[Definition, list[Diagnostic]]:
    name = str(entry.get("name", "")) if isinstance(entry, Mapping) else ""
    if not isinstance(entry, Mapping) or not name or "definition" not in entry:
        return Definition(name, NOTHING), [_problem("a selector needs a name and a definition", place)]
    problems: list[Diagnostic] = []
    try:
        expression = _expression(entry["definition"], problems)
    except _MalformedError as malformed:
        expression = NOTHING
        problems.append(_problem(str(malformed), place))
    located = [replace(each, span=place, message=f"selector {name!r}: {each.message}") for each in problems]
    description = str(entry.get("description") or "")
    return Definition(name, expression, entry.get("default") is True, description), located


def _expression(written: object, problems: list[Diagnostic]) -> Expression:
    if isinstance(written, str):
        expression, found = parse_selection([written])
        problems += found
        return expression
    if not isinstance(written, Mapping):
        raise _MalformedError(f"expected a string or a mapping, not {written!r}")
    for word, make in (("union", Union), ("intersection", Intersection)):
        if word in written:
            include, exclude = _members(written[word], word, problems)
            group = make(tuple(include)) if include else NOTHING
            return group if exclude is None else Difference(group, exclude)
    return _term(written, problems)


def _members(
    written: object, word: str, problems: list[Diagnostic]
) -> tuple[list[Expression], Expression | None]:
    """The parts of a union or intersection, and what its one `exclude` takes away."""
    include: list[Expression] = []
    exclude: Expression | None = None
    for part in _list(written, word):
        if isinstance(part, Mapping) and set(part) == {"exclude"}:
            if exclude is not None:
                raise _MalformedError(f"a {word} can have one `exclude`")
            exclude = _excluded(part["exclude"], problems)
        else:
            include.append(_expression(part, problems))
    return include, exclude


def _excluded(written: object, problems: list[Diagnostic]) -> Expression:
    return Union(tuple(_expression(each, problems) for each in _list(written, "exclude")))


def _list(written: object, word: str) -> list[object]:
    if not isinstance(written, list):
        raise _MalformedError(f"`{word}` must be a list")
    return written


def _term(written: Mapping[object, object], problems: list[Diagnostic]) -> Expression:
    """`{tag: nightly}`, or `{method: tag, value: nightly, parents: true ...}`."""
    if len(written) == 1:
        ((method, value),) = written.items()
        return _criterion(str(method), value, {}, problems)
    if "method" not in written or "value" not in written:
        raise _MalformedError(
            f"expected one key, or `method` and `value`, not {', '.join(map(str, written))}"
        )
    for key in written:
        if key not in TERM_KEYS:
            raise _MalformedError(f"unknown key {key!r}. {did_you_mean(str(key), TERM_KEYS)}".strip())
    criterion = _criterion(str(written["method"]), written["value"], written, problems)
    if "exclude" not in written:
        return criterion
    return Difference(criterion, _excluded(written["exclude"], problems))


def _criterion(
    written_method: str, value: object, options: Mapping[object, object], problems: list[Diagnostic]
) -> Expression:
    method, *arguments = written_method.split(".")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if method not in METHODS:
        problems.append(unknown_method(method, f"{written_method}:{text}"))
        return NOTHING
    indirect = options.get("indirect_selection")
    if indirect is not None and indirect not in INDIRECT_MODES:
        raise _MalformedError(f"indirect_selection is one of {', '.join(INDIRECT_MODES)}, not {indirect!r}")
    return Criterion(
        text,
        method,
        tuple(arguments),
        parents=_depth(options, "parents"),
        children=_depth(options, "children"),
        childrens_parents=bool(options.get("childrens_parents")),
        indirect=indirect,
    )


def _depth(options: Mapping[object, object], word: str) -> Depth:
    if not options.get(word):
        return 0
    depth = options.get(f"{word}_depth")
    return int(depth) if isinstance(depth, int | str) and str(depth).isdigit() else None


def _without_circles(
    definitions: dict[str, Definition], problems: list[Diagnostic], place: Span
) -> dict[str, Definition]:
    """The definitions; those that need themselves select nothing."""
    sound: dict[str, Definition] = {}
    waiting = dict(definitions)
    while waiting:
        ready = [
            name
            for name in waiting
            if not any(need in waiting for need in _needs(waiting[name], definitions))
        ]
        if not ready:
            break
        sound |= {name: waiting.pop(name) for name in ready}
    if waiting:
        problems.append(_problem(f"selectors need each other: {', '.join(sorted(waiting))}", place))
    return {name: sound.get(name) or replace(each, expression=NOTHING) for name, each in definitions.items()}


def _needs(definition: Definition, definitions: Mapping[str, Definition]) -> Iterator[str]:
    """The selectors that a definition names itself."""
    for criterion in criteria_of(definition.expression, SelectionEnvironment()):
        if criterion.method == "selector":
            yield from (name for name in definitions if fnmatchcase(name, criterion.value))


def _problem(message: str, place: Span) -> Diagnostic:
    return diagnostic("E161", message, place, hint="assetc explain E161 shows the form of selectors.yml")
