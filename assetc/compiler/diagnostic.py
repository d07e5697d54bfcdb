"""What the user wrote wrong, as a value: a code, a phrase, a place, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.place import Span, TextId
from assetc.definitions.nearest import did_you_mean

__all__ = [
    "SEVERITY_OF_LETTER", "Annotation", "Diagnostic", "Faults", "Severity",
    "diagnostic", "did_you_mean", "in_order",
]  # fmt: skip

Severity = Literal["error", "warning", "note"]

SEVERITY_OF_LETTER: dict[str, Severity] = {"E": "error", "W": "warning", "N": "note"}


class Annotation(Struct, frozen=True):
    """Another place that belongs to a diagnostic, with a few words of its own."""

    span: Span
    label: str


class Diagnostic(Struct, frozen=True):
    """One fault. `message` is a phrase without a full stop, `label` is beside the caret, `hint` says what next."""

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    hint: str = ""
    related: tuple[Annotation, ...] = ()
    severity: Severity = "error"

    def raised(self) -> Diagnostic:
        """The same fault as an error."""
        return replace(self, severity="error")


Faults: TypeAlias = Mapping[TextId, tuple[Diagnostic, ...]]
"""What one pass found, by the text that it was found for: an entry for each text that it looked at.

The place of a fault may be elsewhere: that `b` takes a column which `a` has no more belongs to `b`.
"""


def diagnostic(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    label: str = "",
    hint: str = "",
    related: Iterable[Annotation] = (),
) -> Diagnostic:
    """A diagnostic with the severity of its code's letter."""
    return Diagnostic(code, message, span, label, hint, tuple(related), SEVERITY_OF_LETTER[code[0]])


def in_order(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each fault once, in the order of the files and lines where they stand."""
    found = dict.fromkeys(problems)
    fatal = {(problem.span, problem.message) for problem in found if problem.code == "E112"}
    told = (each for each in found if each.code != "W231" or (each.span, each.message) not in fatal)
    return tuple(sorted(told, key=_place))


def _place(problem: Diagnostic) -> tuple[str, int, int, str, str]:
    span = problem.span
    return (span.path, span.start, span.end, problem.code, problem.message) if span else ("", 0, 0, problem.code, "")
