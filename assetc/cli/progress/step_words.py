"""What is said about one step: its name, its kind, its mark and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.cli.progress.progress import Outcome, outcome_of
from assetc.cli.text.text import Style
from assetc.cli.text.words import plural, quantity
from assetc.compiler.plan import CheckStep, Step, StepId
from assetc.runtime.execution.events import StepFinished

STYLES: Mapping[Outcome, Style] = {
    "built": "good",
    "passed": "good",
    "reused": "quiet",
    "skipped": "quiet",
    "canceled": "quiet",
    "warned": "warning",
    "failed": "bad",
    "bad": "bad",
    "broken": "bad",
}

MARKS: Mapping[Outcome, tuple[str, str]] = {
    "built": ("✓", "+"),
    "passed": ("✓", "+"),
    "reused": ("=", "="),
    "skipped": ("·", "-"),
    "canceled": ("·", "-"),
    "warned": ("!", "!"),
    "failed": ("✕", "x"),
    "bad": ("✕", "x"),
    "broken": ("✕", "x"),
}
"""The mark of an outcome, and the one for terminals that know ASCII alone."""

WORDS: Mapping[Outcome, str] = {
    "built": "ok",
    "passed": "pass",
    "reused": "reused",
    "skipped": "skip",
    "canceled": "cancel",
    "warned": "warn",
    "failed": "FAIL",
    "bad": "FAIL",
    "broken": "ERROR",
}


def name_of(step: Step) -> str:
    """The key of the asset, or the name of the check that no other has."""
    return step.check.id.name if isinstance(step, CheckStep) else str(step.asset.key)


def kind_of(step: Step) -> str:
    """`incremental`, `python`, `seed`, `check`: what the step does."""
    if isinstance(step, CheckStep):
        return "check"
    return step.asset.config.materialized if step.asset.kind == "model" else step.asset.kind


def place_of(step: Step) -> str:
    """`file:line:column` of what the step executes."""
    return str(step.check.span if isinstance(step, CheckStep) else step.asset.span)


def result_of(event: StepFinished) -> str:
    """How the step ended, in a few words: rows, failures, or the cause of a skip."""
    outcome = outcome_of(event)
    if outcome == "built":
        rows = [plural(event.rows, "row")] if event.rows is not None else []
        return ", ".join([*rows, *(reason for reason in event.step.reasons if reason != "selected")])
    if outcome == "reused":
        return "; ".join(event.step.reasons)
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


def short_id(step_id: StepId) -> str:
    """The name in the id of a step, as people know it."""
    return step_id.partition("/")[2] if step_id.startswith("check:") else step_id


def first_line(text: str) -> str:
    """The first line of a message."""
    return text.strip().partition("\n")[0]
