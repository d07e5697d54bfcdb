"""Trying a step until it succeeds, or until trying again is no use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Canceled, Refused, WarehouseError
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.plan import PartId
from assetc.runtime.execution.cancellation import Interrupted
from assetc.runtime.execution.events import StepStatus
from assetc.runtime.execution.options import RetryPolicy
from assetc.runtime.execution.own_fault import trace_of_own
from assetc.runtime.execution.work import ChecksFailed, StepFailed, StepSkipped
from assetc.runtime.state.connection import StateError
from assetc.runtime.state.records import Metadata

Result = TypeVar("Result")


class Fault(Struct, frozen=True):
    """Why a step did not succeed. `may_retry`: whether the retries that its asset asks for are any use."""

    message: str
    status: StepStatus = "failed"
    diagnostic: Diagnostic | None = None
    transient: bool = False
    may_retry: bool = True
    because: tuple[PartId, ...] = ()
    metadata: Metadata = ()
    trace: str = ""
    """For a fault of our own: where it was."""


class Retries(Struct, frozen=True):
    """How often, and how: `note` is called before each, `pause` waits and says whether the run is to stop."""

    policy: RetryPolicy
    own: int
    note: Callable[[int, float, str], None]
    pause: Callable[[float], bool]

    def allow(self, fault: Fault, attempt: int) -> bool:
        """Whether there is another attempt after this one."""
        if fault.status != "failed" or not fault.may_retry:
            return False
        return attempt <= max(self.own, self.policy.transient if fault.transient else 0)


def try_repeatedly(
    once: Callable[[int], Result | Fault], retries: Retries, redact: Callable[[str], str]
) -> tuple[Result | Fault, int]:
    """What `once` gives, or why it does not, and how many attempts there were."""
    attempt = 1
    while True:
        try:
            result = once(attempt)
        except StateError:  # not the step's fault: the run ends
            raise
        except BaseException as error:  # a body may raise anything, and nothing else would catch it here
            result = fault_of(error, redact)
        if not isinstance(result, Fault) or not retries.allow(result, attempt):
            return result, attempt
        delay = retries.policy.delay(attempt)
        retries.note(attempt, delay, result.message)
        if retries.pause(delay):
            return Fault("canceled", "canceled"), attempt
        attempt += 1


def fault_of(error: BaseException, redact: Callable[[str], str]) -> Fault:
    """What an exception means for its step."""
    message = redact(str(error))
    match error:
        case Canceled() | Interrupted():
            return Fault("canceled", "canceled")
        case ChecksFailed(failed=failed):
            return Fault(message, because=failed, may_retry=False)
        case StepSkipped():
            return Fault(message, "skipped")
        case Refused(diagnostic=problem):
            return Fault(message, diagnostic=redacted(problem, redact))
        case StepFailed(diagnostic=problem):
            return Fault(
                message,
                diagnostic=redacted(problem, redact),
                transient=error.transient,
                may_retry=error.may_retry,
                metadata=error.metadata,
            )
        case WarehouseError(transient=transient):
            return Fault(message, transient=transient)
        case _:
            what = f"{type(error).__name__}: {message}".removesuffix(": ")
            trace = redact(trace_of_own(error))
            own = f"assetc itself failed: {what} (its trace is in the log file; please report it with that)"
            return Fault(own, may_retry=False, trace=trace) if trace else Fault(what)


def redacted(problem: Diagnostic, redact: Callable[[str], str]) -> Diagnostic:
    """The diagnostic without secrets."""
    related = tuple(replace(note, label=redact(note.label)) for note in problem.related)
    message, hint, label = map(redact, (problem.message, problem.hint, problem.label))
    return replace(problem, message=message, hint=hint, label=label, related=related)
