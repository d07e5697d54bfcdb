"""Executes the checks of a project: the built-in generic tests, the project's own, and SQL files."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Session, WarehouseError
from assetc.compiler.asset import Check
from assetc.compiler.checks import SINGULAR, check_query, count_failures, judge
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.resolve_checks import GENERIC_TESTS
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import NoWarehouse, Template
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.warehouse_fault import message_and_hint
from assetc.runtime.work import Checked, StepFailed

NameOf = Callable[[Relation], str]


class ProjectChecks(Struct, frozen=True):
    """The checks of one project. With `staged`, a check reads that relation in place of its own asset's."""

    compiler: SqlCompiler

    def execute(self, check: Check, session: Session, staged: Relation | None) -> Checked:
        """Count the rows that are wrong, and say what the count means."""
        try:
            _, rows = session.query(self.query(check, staged))
        except WarehouseError as error:
            message, hint = message_and_hint(error)
            fault = diagnostic("E300", message, check.span, hint=hint)
            raise StepFailed(fault, transient=error.transient) from error
        status = judge(rows[0], check.config)
        failures = int(str(rows[0][0])) if rows[0][0] is not None else None
        if status == "pass":
            return Checked(status, failures)
        code, word = ("W301", "warns") if status == "warn" else ("E301", "fails")
        counted = f"{failures} row{'' if failures == 1 else 's'}"
        message = f"check {check.name} {word}: {counted} should not be there"
        hint = f"See them: assetc show {check.name}"
        fault = diagnostic(code, message, check.span, hint=hint)
        return Checked(status, failures, message, fault, (("failed_rows", failures),))

    def query(self, check: Check, staged: Relation | None = None) -> str:
        """The query whose one row tells how many rows are wrong."""
        if check.kind == SINGULAR:
            return check_query(check, (), self.compiler.adapter.quote, self.rows_query(check, staged))
        if check.kind in GENERIC_TESTS:
            relations = [self._text(key, check, staged) for key in check.assets]
            return check_query(check, relations, self.compiler.adapter.quote)
        return count_failures(self.rows_query(check, staged), check.config)

    def rows_query(self, check: Check, staged: Relation | None = None) -> str:
        """The query of a SQL file or of the project's own test, whose rows are wrong."""
        if check.kind == SINGULAR:
            own = self._relation(check.assets[0]) if check.assets else None
            return self.compiler.check(check, {own: staged} if own and staged else {}).sql
        return self._own_test(check, staged)

    def _own_test(self, check: Check, staged: Relation | None) -> str:
        surroundings = self.compiler.workspace.surroundings
        relation = staged or self._relation(check.assets[0])
        arguments = {**({"column_name": check.column} if check.column else {}), **dict(check.arguments)}
        named = "".join(f", {name}=arguments['{name}']" for name in arguments)
        members = {"model": RelationValue(relation, None, self.compiler.adapter.quote), "arguments": arguments}
        text = f"{{{{ test_{check.kind.rpartition('.')[2]}(model=model{named}) }}}}"
        flags = replace(surroundings.flags, execute=True)
        rendered = render(
            Template(check.span.path, text), replace(surroundings, members=members, flags=flags), NoWarehouse()
        )
        if rendered.problems:
            raise StepFailed(rendered.problems[0])
        return rendered.text

    def _text(self, key: AssetKey, check: Check, staged: Relation | None) -> str:
        relation = staged if staged is not None and key == check.assets[0] else self._relation(key)
        return self.compiler.adapter.name_of(relation)

    def _relation(self, key: AssetKey) -> Relation:
        return self.compiler.names.relations[key]
