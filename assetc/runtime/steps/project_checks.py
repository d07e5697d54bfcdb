"""Executes the checks of a project: the built-in generic tests, the project's own, and SQL files."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Check
from assetc.compiler.checks import GENERIC_TESTS, SINGULAR, count_failures, failing_rows, filtered, judge
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.names.names import inlined_name
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.resolution.written_calls import find_written
from assetc.compiler.template.asking import NoWarehouse
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.render import call_macro
from assetc.compiler.template.rendered import Called, Rendered
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler, raise_fault
from assetc.runtime.execution.work import Attempt, Checked, StepFailed
from assetc.runtime.steps.check_arguments import CheckArguments
from assetc.runtime.steps.missing_relation import stored_above, stored_in
from assetc.runtime.steps.session_answers import SessionActs
from assetc.runtime.steps.warehouse_fault import failed_check


class ProjectChecks(Struct, frozen=True):
    """The checks of one project. With `staged`, a check reads that relation in place of its own asset's.

    During an `attempt` their templates and macros may ask its session.
    """

    compiler: SqlCompiler
    attempt: Attempt | None = None

    def execute(self, check: Check, attempt: Attempt, staged: Relation | None) -> Checked:
        """Count the rows that are wrong, and say what the count means."""
        during = replace(self, attempt=attempt)
        try:
            query = during.query(check, staged)
            _, rows = attempt.session.query(query)
        except WarehouseError as error:
            workspace = self.compiler.workspace
            stored = (*stored_in(workspace.graph, check.assets), *stored_above(workspace.graph, check.assets))
            fault = failed_check(error, check, query, stored, workspace.files.text)
            raise StepFailed(fault, transient=error.transient) from error
        status = judge(rows[0], check.config)
        failures = int(str(rows[0][0])) if rows[0][0] is not None else None
        if status == "pass":
            return Checked(status, failures)
        problem = _failure(check, failures, is_warning=status == "warn", is_held_back=staged is not None)
        return Checked(status, failures, problem.message, problem, (("failed_rows", failures),))

    def query(self, check: Check, staged: Relation | None = None) -> str:
        """The query whose one row tells how many rows are wrong."""
        return count_failures(self.rows_query(check, staged), check.config)

    def is_built_in(self, check: Check) -> bool:
        """Whether the test is one of assetc's: a project's own test of that name comes first, as in dbt."""
        own = self.compiler.workspace.surroundings.macro_for(f"test_{check.kind}")
        return check.kind in GENERIC_TESTS and own is None

    def rows_query(self, check: Check, staged: Relation | None = None) -> str:
        """The query whose rows are wrong."""
        if check.kind == SINGULAR:
            instead = {self.compiler.names.relations[check.assets[0]]: staged} if staged else {}
            compiled = self.compiler.check(check, instead, self._ask)
            self._pass_on(compiled.rendered)
            return compiled.sql
        if not self.is_built_in(check):
            return self.compiler.with_ephemeral(self._own_test(check, staged))
        texts = [self._text(key, check, staged) for key in check.assets]
        check = replace(check, arguments=tuple(self._arguments(check, staged).items()))
        return self.compiler.with_ephemeral(failing_rows(check, texts, self.compiler.adapter.quote))

    @property
    def _ask(self) -> SessionActs | None:
        return None if self.attempt is None else SessionActs(self.attempt.session, self.compiler.adapter)

    def _own_test(self, check: Check, staged: Relation | None) -> str:
        column = {"column_name": check.column} if check.column else {}
        arguments = {"model": self._model(check, staged), **column, **self._arguments(check, staged)}
        around, ask = self.compiler.moment_of_check(check), self._ask
        package, dot, kind = check.kind.rpartition(".")
        called = call_macro(f"{package}{dot}test_{kind}", arguments, around, ask or NoWarehouse())
        raise_fault(called.problems, ask)
        self._pass_on(called)
        return called.text

    def _pass_on(self, found: Rendered | Called) -> None:
        """Let the run say what a template or macro logged and warned of."""
        if self.attempt is not None:
            self.attempt.pass_on(found.logs, found.problems)

    def _model(self, check: Check, staged: Relation | None) -> object:
        """What such a test is given as `model`: a relation, or SQL in brackets for a part of one, as in dbt."""
        own = check.assets[0]
        if check.config.where is not None:
            return filtered(self._text(own, check, staged), check.config.where)
        return self._value(own, check, staged)

    def _arguments(self, check: Check, staged: Relation | None) -> dict[str, object]:
        """The arguments as the test sees them: `ref('orders')` is a relation, and what is a template is rendered."""

        def relation_of(written: str) -> object:
            found = find_written(self.compiler.names, written, NOBODY)
            return self._value(found[0], check, staged) if len(found) == 1 else written

        compiler = self.compiler
        around, read_text = compiler.moment_of_check(check), compiler.workspace.files.text
        return CheckArguments(check, around, relation_of, read_text, self._ask, self.attempt).values()

    def _value(self, key: AssetKey, check: Check, staged: Relation | None) -> object:
        if self.compiler.is_ephemeral(key):
            return RelationValue(Relation(None, None, inlined_name(key)), "cte", str)
        return RelationValue(self._relation(key, check, staged), None, self.compiler.adapter.quote)

    def _text(self, key: AssetKey, check: Check, staged: Relation | None) -> str:
        if self.compiler.is_ephemeral(key):
            return inlined_name(key)
        return self.compiler.adapter.name_of(self._relation(key, check, staged))

    def _relation(self, key: AssetKey, check: Check, staged: Relation | None) -> Relation:
        return staged if staged is not None and key == check.assets[0] else self.compiler.names.relations[key]


def _failure(check: Check, failures: int | None, *, is_warning: bool, is_held_back: bool) -> Diagnostic:
    """What is said of a check that found rows. Those that it held back can only be seen when they are published."""
    code, word = ("W301", "warns") if is_warning else ("E301", "fails")
    counted = f"{failures} row{'' if failures == 1 else 's'}"
    hint = f"See them: assetc show {check.id.name}"
    if is_held_back and not is_warning:
        hint = f"assetc run --select {check.assets[0]} publishes them unchecked; see them: assetc show {check.id.name}"
    return diagnostic(code, f"check {check.id.name} {word}: {counted} should not be there", check.span, hint=hint)
