"""What is wrong with a criterion: a value that its method does not know, a name that nothing bears."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.selection.expression import Criterion, criterion_text
from assetc.compiler.selection.members import Members
from assetc.compiler.selection.methods import CLOSED_VALUES, NOT_BUILT, WILDCARDS
from assetc.compiler.selection.request import SelectionEnvironment

MOST_PARTS = {"source": 3, "exposure": 2, "metric": 2, "semantic_model": 2, "saved_query": 2, "unit_test": 2}
"""How many dotted parts a value of the method can have: the name, with its package before it."""


def problem_of_value(criterion: Criterion) -> Iterator[Diagnostic]:
    """What is wrong with a criterion whatever the project."""
    method, text = criterion.method or "", criterion_text(criterion)
    if method in NOT_BUILT:
        hint = "It needs column lineage" if method == "column" else "It needs the artifacts of an earlier run"
        yield diagnostic("E160", f"the selection method {method!r} is not built yet", hint=hint)
    words = CLOSED_VALUES.get(method)
    if words is not None and criterion.value not in words:
        hint = f"{did_you_mean(criterion.value, words)} It is one of {', '.join(words)}".strip()
        yield diagnostic("E115", f"{text!r}: there is no {method.replace('_', ' ')} {criterion.value!r}", hint=hint)
    if criterion.value.count(".") >= MOST_PARTS.get(method, 1000):
        yield diagnostic("E115", f"{text!r} has too many dots", hint=f"Write {method}:name or {method}:package.name")


def problem_of_name(criterion: Criterion, members: Members, environment: SelectionEnvironment) -> Iterator[Diagnostic]:
    """E115 for a name that nothing bears, with the nearest ones; dbt does not mind."""
    is_name = not WILDCARDS.intersection(criterion.value)
    if environment.rules.selects_by_key and criterion.method in (None, "fqn", "key") and is_name:
        hint = did_you_mean(criterion.value, _names(members)) or "List what there is with: assetc ls"
        yield diagnostic("E115", f"nothing is named {criterion.value!r}", hint=hint)


def _names(members: Members) -> Iterator[str]:
    for key in members.graph.upstream:
        yield str(key)
        yield key.name
