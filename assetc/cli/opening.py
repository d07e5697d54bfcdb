"""What most commands begin with: open the project, take the selection, say what is wrong, stop if it must be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assetc.cli.blocking import blocks
from assetc.cli.invocation import Invocation
from assetc.cli.names_file import keep_names
from assetc.cli.output import Output, output_of, say_problems
from assetc.cli.stop import Stopped
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.selection.request import Definition, Selected, SelectionEnvironment, SelectionRequest
from assetc.compiler.selection.select import select
from assetc.project.load import LoadRequest
from assetc.project.read_text import read_text
from assetc.runtime.opening import OpenRequest
from assetc.runtime.workspace import NotOpened, Workspace, open_workspace

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """An open project and the output of the command that opened it."""

    workspace: Workspace
    output: Output
    invocation: Invocation

    def text_of(self, path: str) -> str | None:
        """The text of a file of the project, for showing a place in it."""
        return _text_below(self.workspace.root, path)

    def say(self, problems: Iterable[Diagnostic]) -> None:
        """Show diagnostics."""
        say_problems(self.output, problems, self.text_of)

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
    opened = open_workspace(OpenRequest(start, request, full_refresh=full_refresh, import_python=imports))
    output = replace(output, secrets=opened.secrets)
    if isinstance(opened, NotOpened):
        root = opened.root or start
        say_problems(output, opened.diagnostics, lambda path: _text_below(root, path))
        raise Stopped(BAD_INPUT)
    keep_names(opened)
    return Opened(opened, output, invocation)


def _given_variables(text: str, output: Output) -> Mapping[str, object]:
    """The variables of `--vars`; stops when they are none."""
    from assetc.project.variables import SHOWN_AS, read_variables  # only this option needs YAML in a warm start

    given, problems = read_variables(text)
    if problems:
        say_problems(output, problems, {SHOWN_AS: text}.get)
        raise Stopped(BAD_INPUT)
    return given


def take(opened: Opened, request: SelectionRequest) -> Selected:
    """What the request selects; stops when it cannot be answered."""
    project = opened.workspace.project
    definitions, faults = _definitions(project.selectors, project.selectors_path) if project.selectors else ({}, ())
    environment = SelectionEnvironment(project.flavor, project.name, definitions)
    selected, problems = select(opened.workspace.graph, request, environment)
    opened.stop_for((*faults, *problems))
    return selected


def _definitions(content: object, path: str) -> tuple[Mapping[str, Definition], tuple[Diagnostic, ...]]:
    """The selectors that the project defines."""
    from assetc.compiler.selection.definitions import read_definitions  # most projects define none

    return read_definitions(content, path)


def stop_for_errors(opened: Opened, selected: Selected, request: SelectionRequest) -> None:
    """Show what is wrong with the project, and stop if it concerns what is selected."""
    if say_errors(opened, selected, request):
        raise Stopped(BAD_INPUT)


def say_errors(opened: Opened, selected: Selected, request: SelectionRequest) -> bool:
    """Show what is wrong with the project. Whether it concerns what is selected; all of it does if everything is."""
    workspace = opened.workspace
    opened.say(workspace.diagnostics)
    errors = [problem for problem in workspace.diagnostics if problem.severity == "error"]
    is_everything = not (request.select or request.exclude or request.selector or request.resource_types)
    return any(is_everything or blocks(problem, workspace, selected) for problem in errors)


def _text_below(root: Path, path: str) -> str | None:
    """The text of a file below the root, or of profiles.yml where it is named by its whole path."""
    text = read_text(str(root), path)
    return None if isinstance(text, Diagnostic) else text
