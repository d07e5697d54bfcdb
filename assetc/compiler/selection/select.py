"""The answer to `--select`, `--exclude` and `--selector`, and what is wrong with the question."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.selection.evaluate import Evaluation, evaluate
from assetc.compiler.selection.expression import (
    NOTHING,
    Criterion,
    Difference,
    Expression,
    Union,
    expression_text,
)
from assetc.compiler.selection.find import criteria_of, definitions_matching, find_all
from assetc.compiler.selection.members import Member, Members, members_of, split
from assetc.compiler.selection.methods import resource_types_of
from assetc.compiler.selection.parse import parse_selection
from assetc.compiler.selection.problems import problem_of_name, problem_of_value
from assetc.compiler.selection.request import Selected, SelectionEnvironment, SelectionRequest

EVERYTHING = Union((Criterion("*", "fqn"), Criterion("*", "source")))


def select(
    graph: Graph, request: SelectionRequest, environment: SelectionEnvironment
) -> tuple[Selected, tuple[Diagnostic, ...]]:
    """What the request selects; with an error among the diagnostics, as much as could be understood."""
    expression, problems = _expression(request, environment)
    members = members_of(graph)
    if expression is EVERYTHING:
        return _selected(_of_types(members.all(), members, request), graph), problems
    found = find_all((expression,), members, environment)
    evaluation = Evaluation(members, environment, found, request.indirect)
    chosen = _of_types(evaluate(expression, evaluation), members, request)
    problems += tuple(_problems(expression, evaluation))
    if not any(problem.severity == "error" for problem in problems):
        problems += tuple(_empty_words(expression, evaluation))
    return _selected(chosen, graph), problems


def _selected(chosen: frozenset[Member], graph: Graph) -> Selected:
    keys, nodes = split(chosen)
    return Selected(
        frozenset(key for key in keys if key in graph.assets),
        frozenset(key for key in keys if key not in graph.assets),
        frozenset(nodes),
    )


def nothing_to_build(selected: Selected) -> tuple[Diagnostic, ...]:
    """E115 when only sources were selected for a command that builds."""
    if selected.assets or not selected.sources:
        return ()
    names = ", ".join(map(str, sorted(selected.sources)))
    is_what = "is a source" if len(selected.sources) == 1 else "are sources"
    hint = f"A source is read and never built; select what reads it: {min(selected.sources)}+"
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


def _of_types(chosen: frozenset[Member], members: Members, request: SelectionRequest) -> frozenset[Member]:
    """`chosen` without what the resource types of the request leave out."""
    wanted = set(request.resource_types) - {"all", "default"}
    unwanted = set(request.exclude_resource_types)
    if not wanted and not unwanted:
        return chosen
    types = {member: set(resource_types_of(thing)) for member, thing in members.items() if member in chosen}
    return frozenset(
        member for member in chosen if (not wanted or types[member] & wanted) and not types[member] & unwanted
    )


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
