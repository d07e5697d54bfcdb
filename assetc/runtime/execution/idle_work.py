"""The work of a plan in which everything is up to date."""

from __future__ import annotations

from typing import NoReturn

from assetc.adapters.protocol import Session
from assetc.compiler.plan import BuildStep, CheckStep
from assetc.definitions.relation import Relation
from assetc.runtime.execution.work import Attempt


class IdleWork:
    """Nothing is executed: steps that are reused never reach their work."""

    def prepare(self, session: Session) -> None:
        """Nothing needs to be there."""

    def build(self, step: BuildStep, attempt: Attempt) -> NoReturn:
        """Never called."""
        raise AssertionError(f"{step.id} is reused")

    def check(self, step: CheckStep, attempt: Attempt, relation: Relation | None) -> NoReturn:
        """Never called."""
        raise AssertionError(f"{step.id} is not in the plan")

    def is_done(self, step: BuildStep, attempt: Attempt) -> bool:
        """Whatever is reused is done."""
        return True
