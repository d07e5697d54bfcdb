"""The arguments of a check as its test sees them: templates in them are rendered while it is executed, as in dbt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from assetc.compiler.asset import Check
from assetc.compiler.check_texts import text_of_check
from assetc.compiler.resolution.written_calls import is_call, template_of
from assetc.compiler.template.surroundings import Surroundings
from assetc.compiler.template.value import render_to_value
from assetc.runtime.compiled_sql import raise_fault
from assetc.runtime.execution.work import Attempt
from assetc.runtime.steps.session_answers import SessionActs


class CheckArguments(Struct, frozen=True):
    """Renders the arguments of one check. `relation_of` gives what `ref('orders')` means there."""

    check: Check
    around: Surroundings
    relation_of: Callable[[str], object]
    read_text: Callable[[str], str]
    ask: SessionActs | None
    attempt: Attempt | None

    def values(self) -> dict[str, object]:
        """All arguments. Raises StepFailed."""
        return {key: self._value(key, value) for key, value in self.check.arguments}

    def _value(self, key: str, value: object) -> object:
        match value:
            case str():
                return self._of_text(key, value)
            case list() | tuple():
                return [self._value(key, each) for each in value]
            case Mapping():
                return {name: self._value(key, each) for name, each in value.items()}
            case _:
                return value

    def _of_text(self, key: str, written: str) -> object:
        if is_call(written):
            return self.relation_of(written)
        text = text_of_check(self.check, key, written)
        template = template_of(text)
        if template is None:
            return written
        value, rendered = render_to_value(template, self.around, self.ask)
        problems = text.placed(rendered.problems, self.read_text)
        raise_fault(problems, self.ask)
        if self.attempt is not None:
            self.attempt.pass_on(rendered.logs, problems)
        return value
