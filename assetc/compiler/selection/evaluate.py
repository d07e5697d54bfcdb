"""From an expression to the members that it selects, with dbt's rules for the checks that come along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.asset import NodeId
from assetc.compiler.selection.members import Member, Members, split
from assetc.compiler.selection.methods import METHOD_FUNCTIONS, default_method
from assetc.compiler.selection.request import (
    Criterion,
    Definition,
    Difference,
    Expression,
    Indirect,
    Intersection,
    SelectionEnvironment,
    Union,
)
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey

Findings = Mapping[Criterion, frozenset[Member]]


def find_all(expression: Expression, members: Members, environment: SelectionEnvironment) -> Findings:
    """What each criterion finds, those of the selectors that are named included."""
    criteria = set(criteria_of(expression, environment))
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
    try:
        key = AssetKey(value)
    except InvalidDefinitionError:
        return None
    if not environment.rules.selects_by_key and len(key.parts) == 1:
        return None
    return key if key in members.graph.upstream else None


Pair: TypeAlias = tuple[frozenset[Member], frozenset[Member]]
"""The members selected, and those together with the checks that wait for the rest of what they read."""


class Evaluation(Struct, frozen=True):
    """What an expression is evaluated against; `found` has every criterion of it."""

    members: Members
    environment: SelectionEnvironment
    found: Findings
    indirect: Indirect


def evaluate(expression: Expression, evaluation: Evaluation) -> frozenset[Member]:
    """The members that the expression selects."""
    return _pair(expression, evaluation)[0]


def _pair(expression: Expression, evaluation: Evaluation) -> Pair:
    match expression:
        case Criterion(method="selector"):
            return _selector(expression, evaluation)
        case Criterion():
            return _with_checks(expression, evaluation.found[expression], evaluation)
        case Union(parts):
            return _union([_pair(part, evaluation) for part in parts], evaluation)
        case Intersection(parts):
            pairs = [_pair(part, evaluation) for part in parts]
            selected = frozenset.intersection(*(pair[0] for pair in pairs))
            return _settled(selected, frozenset.intersection(*(pair[1] for pair in pairs)), evaluation)
        case Difference(include, exclude):
            kept, gone = _pair(include, evaluation), _pair(exclude, evaluation)
            return kept[0] - gone[0], kept[1] - gone[1]


def _union(pairs: Iterable[Pair], evaluation: Evaluation) -> Pair:
    selected: frozenset[Member] = frozenset().union(*(pair[0] for pair in pairs))
    return _settled(selected, selected.union(*(pair[1] for pair in pairs)), evaluation)


def _selector(criterion: Criterion, evaluation: Evaluation) -> Pair:
    """What the definitions of that name select; spread further only where the criterion has a + or @."""
    named = definitions_matching(criterion.value, evaluation.environment)
    pair = _union([_pair(each.expression, evaluation) for each in named], evaluation)
    if criterion.parents == criterion.children == 0 and not criterion.childrens_parents:
        return pair
    return _with_checks(criterion, pair[0], evaluation)


def _with_checks(criterion: Criterion, found: frozenset[Member], evaluation: Evaluation) -> Pair:
    """What was found with its surroundings, and the checks below that."""
    selected = _spread(criterion, found, evaluation.members)
    indirect = criterion.indirect or evaluation.indirect
    if indirect == "empty":
        return selected, selected
    keys, _ = split(selected)
    below = evaluation.members.checks_reading(keys)
    if indirect == "eager":
        return selected | below, selected | below
    return selected | _satisfied(below, selected, indirect, evaluation.members), selected | below


def _spread(criterion: Criterion, found: frozenset[Member], members: Members) -> frozenset[Member]:
    near = found | members.parents(found, criterion.parents) | members.children(found, criterion.children)
    if not criterion.childrens_parents:
        return near
    below = found | members.children(found, None)
    return near | below | members.parents(below, None)


def _settled(selected: frozenset[Member], waiting: frozenset[Member], evaluation: Evaluation) -> Pair:
    """The combination of several criteria may hold everything that a waiting check reads."""
    if evaluation.indirect in ("eager", "empty") or selected == waiting:
        return selected, waiting
    _, checks = split(waiting)
    return selected | _satisfied(checks, selected, evaluation.indirect, evaluation.members), waiting


def _satisfied(
    checks: Iterable[NodeId], selected: frozenset[Member], indirect: Indirect, members: Members
) -> frozenset[Member]:
    """The checks that read nothing but what is selected, or could be built before it."""
    readable = selected
    if indirect == "buildable":
        readable = selected | members.parents(selected, None) | members.graph.sources.keys()
    return frozenset(check for check in checks if readable.issuperset(members.checks[check].assets))
