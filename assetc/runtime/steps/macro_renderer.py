"""How the operations of one step become statements: hooks are rendered when their turn comes."""

from __future__ import annotations

from msgspec import Struct

from assetc.adapters.protocol import Rendering, Statement
from assetc.compiler.asset import Asset
from assetc.compiler.operation import Operation, RunSql
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt
from assetc.runtime.steps.session_answers import SessionActs


class StepRenderer(Struct, frozen=True):
    """Renders by the adapter what no template says. It is what `perform` calls for each operation."""

    compiler: SqlCompiler
    asset: Asset
    attempt: Attempt
    incremental: bool

    def __call__(self, operation: Operation) -> Rendering:
        """The statements of an operation."""
        if isinstance(operation, RunSql) and operation.is_template:
            return self._hook(operation.sql)
        return self.compiler.adapter.render(operation)

    def _hook(self, sql: str) -> tuple[Statement, ...]:
        """A hook, without a place in the asset's own SQL; what it did while it was rendered need not leave any."""
        ask = SessionActs(self.attempt.session, self.compiler.adapter)
        rendered = self.compiler.fragment(self.asset, sql, incremental=self.incremental, ask=ask)
        self.attempt.hear(rendered.logs, rendered.problems)
        return (Statement(rendered.text, body=len(rendered.text) + 1),) if rendered.text.strip() else ()
