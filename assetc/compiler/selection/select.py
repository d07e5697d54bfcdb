"""The answer to `--select`, `--exclude` and `--selector`, and what is wrong with the question."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.names.namesake import Namesake
from assetc.compiler.names.why_missing import why_unknown
from assetc.compiler.selection.evaluate import Evaluation, criteria_of, definitions_matching, evaluate, find_all
from assetc.compiler.selection.members import Members, Selectable, members_of
from assetc.compiler.selection.methods import CLOSED_VALUES, NOT_BUILT, WILDCARDS, resource_types_of
from assetc.compiler.selection.parse import parse_selection
from assetc.compiler.selection.request import (
    NOTHING,
    Criterion,
    Difference,
    Expression,
    Selected,
    SelectionEnvironment,
    SelectionRequest,
    Union,
    criterion_text,
    expression_text,
)

Key = TypeVar("Key", bound=Hashable)

EVERYTHING = Union((Criterion("*", "fqn"), Criterion("*", "source")))


def select(
    graph: Graph, request: SelectionRequest, environment: SelectionEnvironment
) -> tuple[Selected, tuple[Diagnostic, ...]]:
    """What the request selects; with an error among the diagnostics, as much as could be understood."""
    expression, problems = _expression(request, environment)
    possible = _of_types(graph, request)
    if expression is EVERYTHING:
        return possible, problems
    members = members_of(graph)
    found = find_all(expression, members, environment)
    evaluation = Evaluation(members, environment, found, request.indirect)
    chosen = evaluate(expression, evaluation)
    problems += tuple(_problems(expression, evaluation))
    if not any(problem.severity == "error" for problem in problems):
        problems += tuple(_empty_words(expression, evaluation))
    return Selected(possible.assets & chosen, possible.sources & chosen, possible.nodes & chosen), problems


def _of_types(graph: Graph, request: SelectionRequest) -> Selected:
    """Everything but what the resource types of the request leave out."""
    wanted = set(request.resource_types) - {"all", "default"}
    unwanted = set(request.exclude_resource_types)

    def of_types(things: Mapping[Key, Selectable]) -> frozenset[Key]:
        if not wanted and not unwanted:
            return frozenset(things)
        types = {key: set(resource_types_of(thing)) for key, thing in things.items()}
        return frozenset(key for key, own in types.items() if (not wanted or own & wanted) and not own & unwanted)

    return Selected(of_types(graph.assets), of_types(graph.sources).difference(graph.assets), of_types(graph.checks))


def nothing_to_build(selected: Selected, graph: Graph, others: tuple[Namesake, ...]) -> tuple[Diagnostic, ...]:
    """E115 when only sources were selected for a command that builds. An undeclared one may be something else."""
    if selected.assets or not selected.sources:
        return ()
    names = ", ".join(map(str, sorted(selected.sources)))
    is_what = "is a source" if len(selected.sources) == 1 else "are sources"
    first = min(selected.sources)
    hint = f"A source is read and never built; select what reads it: {first}+"
    if first in graph.sources and graph.sources[first].implicit:
        why = why_unknown(first.name, (), others)
        if why.instead or why.is_uncertain:
            message = why.instead or f"{first} is a table that nobody declares"
            return (diagnostic("E115", message, hint=why.hint, related=why.related),)
    return (diagnostic("E115", f"{names} {is_what}", hint=hint),)


def _expression(
    request: SelectionRequest, environment: SelectionEnvironment
) -> tuple[Expression, tuple[Diagnostic, ...]]:
    """dbt's order: `--selector`, `--select` with `--exclude`, the default selector, everything."""
    if request.selector is not None:
        return Criterion(request.selector, "selector"), ()
    if not request.select and not request.exclude:
        default = next((each for each in environment.definitions.values() if each.default), None)
        return (EVERYTHING, ()) if default is None else (default.expression, default.faults)
    include, problems = parse_selection(request.select) if request.select else (EVERYTHING, ())
    if not request.exclude:
        return include, problems
    exclude, more = parse_selection(request.exclude)
    return Difference(include, exclude), (*problems, *more)


def _problems(expression: Expression, evaluation: Evaluation) -> Iterator[Diagnostic]:
    excluded = expression.exclude if isinstance(expression, Difference) else NOTHING
    tolerated = set(criteria_of(excluded, evaluation.environment))
    for criterion in dict.fromkeys(criteria_of(expression, evaluation.environment)):
        yield from problem_of_value(criterion)
        if criterion.method == "selector":
            yield from _problem_of_selector(criterion, evaluation.environment)
        elif not evaluation.found[criterion]:
            problems = problem_of_name(criterion, evaluation.members, evaluation.environment)
            yield from map(_tolerated, problems) if criterion in tolerated else problems


def _tolerated(problem: Diagnostic) -> Diagnostic:
    """W216: a wrong name that is only excluded does no harm."""
    message = f"{problem.message}, so it excludes nothing"
    return replace(problem, code="W216", severity="warning", message=message)


def _problem_of_selector(criterion: Criterion, environment: SelectionEnvironment) -> Iterator[Diagnostic]:
    matching = definitions_matching(criterion.value, environment)
    for definition in matching:
        yield from definition.faults
    if not matching:
        known = ", ".join(environment.definitions)
        near = did_you_mean(criterion.value, environment.definitions)
        hint = near or (f"selectors.yml defines {known}" if known else "Selectors are defined in selectors.yml")
        yield diagnostic("E115", f"no selector is named {criterion.value!r}", hint=hint)


def _empty_words(expression: Expression, evaluation: Evaluation) -> Iterator[Diagnostic]:
    """W215 for each word of the command line that selects nothing."""
    include = expression.include if isinstance(expression, Difference) else expression
    for word in include.parts if isinstance(include, Union) else (include,):
        if include is not EVERYTHING and not evaluate(word, evaluation):
            yield diagnostic("W215", f"{expression_text(word)} selects nothing")


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
        why = why_unknown(criterion.value, list(_names(members)), environment.others)
        message = f"nothing is named {criterion.value!r}" if not why.instead else f"nothing to select: {why.instead}"
        hint = why.hint or "List what there is with: assetc ls"
        yield diagnostic("E115", message, hint=hint, related=why.related)


def _names(members: Members) -> Iterator[str]:
    for key in members.graph.upstream:
        yield str(key)
        yield key.name
