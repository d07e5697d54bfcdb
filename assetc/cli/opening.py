"""What most commands begin with: open the project, select, say what is wrong, stop if it must be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from assetc.cli.blocking import Obstacle, concerns, obstacle_lines, other_lines
from assetc.cli.options.completing import keep_names
from assetc.cli.options.invocation import Invocation
from assetc.cli.stop import BAD_INPUT, Stopped
from assetc.cli.text.output import Output, output_of, say_problems
from assetc.cli.wanted import Wanted, asks_for_everything
from assetc.compiler.asset import Graph, NodeId
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.names.why_missing import why_unknown
from assetc.compiler.project import Project
from assetc.compiler.selection.request import Definition, Selected, SelectionEnvironment, SelectionRequest
from assetc.compiler.selection.select import select
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.project.documents.read_text import shown_text
from assetc.project.load import LoadRequest
from assetc.runtime.opening import OpenRequest
from assetc.runtime.workspace import NotOpened, Workspace, open_workspace

OUTPUT_AND_LOGS = "assetc.output_and_logs"
"""Where a command notes what it takes to tell of a fault of our own."""


LISTED = "assetc ls lists what there is"


class Opened(Struct, frozen=True):
    """An open project and the output of the command that opened it."""

    workspace: Workspace
    output: Output
    invocation: Invocation

    def text_of(self, path: str) -> str | None:
        """The text of a file of the project, for showing a place in it."""
        return shown_text(self.workspace.project.root, path)

    def say(self, problems: Iterable[Diagnostic]) -> None:
        """Show diagnostics."""
        say_problems(self.output, problems, self.text_of)

    def stopped(self, fault: Diagnostic, code: int = BAD_INPUT) -> Stopped:
        """The end of the command, the reason for which is shown."""
        self.say([fault])
        return Stopped(code)

    def stop_for(self, problems: Iterable[Diagnostic]) -> None:
        """Show diagnostics, and end the command if an error is among them."""
        shown = tuple(problems)
        self.say(shown)
        if any(problem.severity == "error" for problem in shown):
            raise Stopped(BAD_INPUT)


def open_project(invocation: Invocation, *, full_refresh: bool = False) -> Opened:
    """The project of the invocation; when there is none to work with, says why and stops."""
    output, start = output_of(invocation), Path.cwd()
    request = LoadRequest(
        environment=dict(os.environ),
        project_dir=invocation.project_dir,
        profiles_dir=invocation.profiles_dir,
        profile=invocation.profile,
        target=invocation.target,
        threads=invocation.threads,
        variables=_given_variables(invocation.vars, output) if invocation.vars else {},
    )
    imports = not invocation.no_import
    opened = open_workspace(
        OpenRequest(start, request, full_refresh=full_refresh, import_python=imports, arguments=_given_arguments())
    )
    output = replace(output, secrets=opened.secrets)
    if isinstance(opened, NotOpened):
        root = opened.root or start
        say_problems(output, opened.diagnostics, lambda path: shown_text(str(root), path))
        raise Stopped(BAD_INPUT)
    keep_names(opened)
    log_path = (invocation.log_path or opened.root / "logs").absolute()  # a run has another current folder
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[OUTPUT_AND_LOGS] = (output, log_path)
    return Opened(opened, output, invocation._replace(log_path=log_path))


def _given_arguments() -> Mapping[str, object]:
    """The arguments of the command that is being executed, as templates see them: with dbt's name of the command."""
    context = click.get_current_context()
    given = {**context.find_root().params, **context.params}
    values = {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
    return {**values, "which": {"ls": "list"}.get(str(context.info_name), context.info_name)}


def _given_variables(text: str, output: Output) -> Mapping[str, object]:
    """The variables of `--vars`; stops when they are none."""
    from assetc.project.project_file import SHOWN_AS, read_variables  # only this option needs YAML in a warm start

    given, problems = read_variables(text)
    if problems:
        say_problems(output, problems, {SHOWN_AS: text}.get)
        raise Stopped(BAD_INPUT)
    return given


def select_in(opened: Opened, request: SelectionRequest) -> Selected:
    """What the request selects; stops when it cannot be answered."""
    project = opened.workspace.project
    definitions, faults = _definitions(project) if project.selectors else ({}, ())
    environment = SelectionEnvironment(project.rules, project.name, definitions, opened.workspace.compilation.others)
    selected, problems = select(opened.workspace.graph, request, environment)
    of_others = [fault for each in definitions.values() for fault in each.faults]
    opened.say(dict.fromkeys((*faults, *of_others, *problems)))
    needed = (*faults, *problems) if asks_for_everything(request) else problems
    if any(problem.severity == "error" for problem in needed):
        raise Stopped(BAD_INPUT)
    return selected


def _definitions(project: Project) -> tuple[Mapping[str, Definition], tuple[Diagnostic, ...]]:
    """The selectors that the project defines."""
    from assetc.compiler.selection.definitions import read_definitions  # most projects define none
    from assetc.project.project_file import place_in_selectors

    return read_definitions(project.selectors, partial(place_in_selectors, project.root, project.selectors_path))


def stop_for_errors(opened: Opened, wanted: Wanted) -> None:
    """Show what is wrong with what is wanted; if there are errors, say how to go on, and stop."""
    _stop_for(opened, say_concerning(opened, wanted), wanted)


def stop_after_all(opened: Opened, wanted: Wanted) -> None:
    """Show everything that is wrong with the project; if there are errors in what is wanted, say so, and stop."""
    _stop_for(opened, say_all(opened, wanted), wanted)


def say_concerning(opened: Opened, wanted: Wanted) -> tuple[Obstacle, ...]:
    """Show what is wrong with what is wanted, and count what else there is; the errors in its way."""
    found = concerns(opened.workspace, wanted)
    opened.output.say(other_lines(found.others, wanted.others), "warning")
    opened.say(found.own)
    return found.obstacles


def say_of(opened: Opened, *keys: AssetKey) -> None:
    """Show what is wrong with these assets, and count what else there is."""
    say_concerning(opened, Wanted(frozenset(keys), others="in the files of others"))


def say_all(opened: Opened, wanted: Wanted) -> tuple[Obstacle, ...]:
    """Show everything that is wrong with the project; the errors in the way of what is wanted."""
    opened.say(opened.workspace.diagnostics)
    return concerns(opened.workspace, wanted).obstacles


def _stop_for(opened: Opened, obstacles: tuple[Obstacle, ...], wanted: Wanted) -> None:
    if obstacles:
        opened.output.say(obstacle_lines(obstacles, wanted, opened.output.width), "error")
        raise Stopped(BAD_INPUT)


def find_named(opened: Opened, name: str) -> AssetKey:
    """The one key that is meant; stops with E115 when there is none, or several."""
    graph = opened.workspace.graph
    found = keys_named(graph, name)
    if len(found) == 1:
        return found[0]
    related: tuple[Annotation, ...] = ()
    if found:
        message, hint = f"{name!r} could be several assets", f"It is one of {', '.join(map(str, found))}"
    else:
        known = {text for key in graph.upstream for text in (str(key), key.name)}
        why = why_unknown(name, sorted(known), opened.workspace.compilation.others)
        message, hint, related = why.instead or f"nothing is named {name!r}", why.hint or LISTED, why.related
    raise opened.stopped(diagnostic("E115", message, hint=hint, related=related))


def keys_named(graph: Graph, name: str) -> tuple[AssetKey, ...]:
    """The key that is written exactly like this, or else those whose last segment is."""
    try:
        key = AssetKey(name)
    except InvalidDefinitionError:
        return ()
    if key in graph.upstream:
        return (key,)
    return tuple(other for other in graph.upstream if other.name == name)


def checks_named(graph: Graph, name: str) -> frozenset[NodeId]:
    """The checks of that name: one, or several that have it in common."""
    return frozenset(check.id for check in graph.checks.values() if name in (check.name, check.id.name))
