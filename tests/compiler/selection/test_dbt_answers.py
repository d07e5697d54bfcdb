"""dbt's own answers to a hundred selections (regenerate_dbt_answers.py asked it) are ours."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from assetc.compiler.place import file_span
from assetc.compiler.rules import DBT
from assetc.compiler.selection.definitions import read_definitions
from assetc.compiler.selection.request import SelectionEnvironment, SelectionRequest
from assetc.compiler.selection.select import select

HERE = Path(__file__).parent


def questions():
    answers: dict[str, list[str]] = {}
    question = ""
    for line in (HERE / "dbt_answers.txt").read_text().splitlines():
        if line.startswith("    "):
            answers[question].append(line.strip())
        else:
            question = line
            answers[question] = []
    return answers.items()


def request_of(question: str) -> SelectionRequest:
    """The request of a command line like dbt's."""
    options: dict[str, list[str]] = {}
    for word in shlex.split(question):
        if word.startswith("--"):
            option = word
        else:
            options.setdefault(option, []).append(word)
    return SelectionRequest(
        tuple(options.get("--select", ())),
        tuple(options.get("--exclude", ())),
        options.get("--selector", [None])[0],
        options.get("--indirect-selection", ["eager"])[0],
        tuple(options.get("--resource-type", ())),
        tuple(options.get("--exclude-resource-type", ())),
    )


@pytest.fixture(scope="module")
def environment():
    written = yaml.safe_load((HERE / "selectors.yml").read_text())
    definitions, problems = read_definitions(written, lambda steps: file_span("selectors.yml"))
    assert problems == () and not any(each.faults for each in definitions.values())
    return SelectionEnvironment(DBT, "shop", definitions)


@pytest.fixture(scope="module")
def graph(draw):
    return draw((HERE / "dbt_project.txt").read_text(), DBT)[0]


@pytest.mark.parametrize(("question", "expected"), questions())
def test_the_answer_is_dbts(graph, environment, question, expected):
    selected, problems = select(graph, request_of(question), environment)
    found = sorted([*map(str, selected.assets | selected.sources), *(node.name for node in selected.nodes)])
    assert found == expected
    assert all(problem.severity != "error" for problem in problems)
