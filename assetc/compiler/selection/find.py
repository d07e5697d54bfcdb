"""What the criteria of an expression find, before they are spread and combined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from assetc.compiler.selection.expression import (
    Criterion,
    Difference,
    Expression,
    Intersection,
    Union,
)
from assetc.compiler.selection.members import Member, Members
from assetc.compiler.selection.methods import METHOD_FUNCTIONS, default_method
from assetc.compiler.selection.request import Definition, SelectionEnvironment
from assetc.definitions.key import AssetKey

Findings = Mapping[Criterion, frozenset[Member]]


def find_all(expressions: Iterable[Expression], members: Members, environment: SelectionEnvironment) -> Findings:
    """What each criterion finds, those of the selectors that are named included."""
    criteria = {each for expression in expressions for each in criteria_of(expression, environment)}
    return {criterion: _find(criterion, members, environment) for criterion in criteria}


def criteria_of(expression: Expression, environment: SelectionEnvironment) -> Iterator[Criterion]:
    """The criteria of an expression and of the selectors that it names."""
    match expression:
        case Criterion(method="selector"):
            yield expression
            for definition in definitions_matching(expression.value, environment):
                yield from criteria_of(definition.expression, environment)
        case Criterion():
            yield expression
        case Union(parts) | Intersection(parts):
            for part in parts:
                yield from criteria_of(part, environment)
        case Difference(include, exclude):
            yield from criteria_of(include, environment)
            yield from criteria_of(exclude, environment)


def definitions_matching(pattern: str, environment: SelectionEnvironment) -> tuple[Definition, ...]:
    """The defined selectors whose name matches."""
    return tuple(each for name, each in environment.definitions.items() if fnmatchcase(name, pattern))


def _find(criterion: Criterion, members: Members, environment: SelectionEnvironment) -> frozenset[Member]:
    if criterion.method is None and (key := _exact_key(criterion.value, members, environment)):
        return frozenset((key,))
    function = METHOD_FUNCTIONS.get(criterion.method or default_method(criterion.value))
    return frozenset(function(members, criterion, environment)) if function else frozenset()


def _exact_key(value: str, members: Members, environment: SelectionEnvironment) -> AssetKey | None:
    """The key that is written exactly so. In a dbt project a plain name may be in several packages."""
    segments = tuple(value.split("/"))
    if not all(segments) or (not environment.rules.selects_by_key and len(segments) == 1):
        return None
    key = AssetKey(segments)
    return key if key in members.graph.upstream else None
