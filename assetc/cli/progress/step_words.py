"""What is said about one step: its name, its kind, its mark and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from assetc.cli.progress.progress import Outcome, outcome_of
from assetc.cli.text.text import Style
from assetc.cli.text.words import plural, quantity
from assetc.compiler.plan import ExecuteCheck, Output, Part, PartId, RunBody, Step
from assetc.runtime.execution.events import StepFinished


class Look(NamedTuple):
    """How an outcome is shown: its style, its mark and that of terminals that know ASCII alone, its word, and dbt's."""

    style: Style
    mark: str
    ascii_mark: str
    word: str
    dbt_word: str


LOOKS: Mapping[Outcome, Look] = {
    "built": Look("good", "✓", "+", "ok", "OK"),
    "passed": Look("good", "✓", "+", "pass", "PASS"),
    "reused": Look("quiet", "=", "=", "reused", "NO-OP"),
    "skipped": Look("quiet", "·", "-", "skip", "SKIP"),
    "canceled": Look("quiet", "·", "-", "cancel", "SKIP"),
    "warned": Look("warning", "!", "!", "warn", "WARN"),
    "failed": Look("bad", "✕", "x", "FAIL", "ERROR"),
    "bad": Look("bad", "✕", "x", "FAIL", "FAIL"),
    "broken": Look("bad", "✕", "x", "ERROR", "ERROR"),
}


def name_of(part: Part) -> str:
    """The key of the asset, or the name of the check that no other has."""
    return part.check.id.name if isinstance(part, ExecuteCheck) else str(part.asset.key)


def name_of_step(step: Step) -> str:
    """The name of what a step makes or checks; that of its function where it makes several assets."""
    return name_of(step.parts[0]) if len(step.parts) == 1 or not isinstance(step.work, RunBody) else step.work.name


def kind_of(part: Part) -> str:
    """`incremental`, `python`, `seed`, `check`: what is done."""
    if isinstance(part, ExecuteCheck):
        return "check"
    return part.asset.config.materialized if part.asset.kind == "model" else part.asset.kind


def place_of(part: Part) -> str:
    """`file:line:column` of what is executed."""
    return str(part.check.span if isinstance(part, ExecuteCheck) else part.asset.span)


def reasons_of(part: Part) -> tuple[str, ...]:
    """Why it is executed, or why not."""
    return part.reasons if isinstance(part, Output) else ()


def result_of(event: StepFinished) -> str:
    """How the step ended, in a few words: rows, failures, or the cause of a skip."""
    outcome = outcome_of(event)
    if outcome == "built":
        rows = [plural(event.rows, "row")] if event.rows is not None else []
        return ", ".join([*rows, *(reason for reason in reasons_of(event.part) if reason != "selected")])
    if outcome in ("skipped", "canceled"):
        return cause_of(event)
    if outcome in ("warned", "bad"):
        return f"{quantity(event.failures)} failing" if event.failures is not None else event.message
    return first_line(event.diagnostic.message if event.diagnostic else event.message)


def cause_of(event: StepFinished) -> str:
    """Why a step did not run: the steps before it, or what was said."""
    if event.message and event.message != event.status:
        return first_line(event.message)
    if not event.because:
        return ""
    first, *others = event.because
    more = f" and {len(others)} more" if others else ""
    return f"needs {short_id(first)}{more}"


def short_id(part_id: PartId) -> str:
    """The name in the id of an asset or a check, as people know it."""
    return part_id.partition("/")[2] if part_id.startswith("check:") else part_id


def first_line(text: str) -> str:
    """The first line of a message."""
    return text.strip().partition("\n")[0]
