"""The relations of an open project's assets, as its steps build them: one materialization, one transaction."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from assetc.adapters.perform import Listener, perform, perform_each
from assetc.adapters.protocol import Adapter, Session
from assetc.compiler.asset import Asset
from assetc.compiler.materialization.build import Build, Content, ledger_for
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.materialization.phases import hooks_alone
from assetc.compiler.operation import CreateLedger, Drop, Operations, RelationKind
from assetc.compiler.plan import Output
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built
from assetc.runtime.steps.macro_calls import own_macros, own_strategies
from assetc.runtime.steps.macro_renderer import MacroRenderer
from assetc.runtime.steps.session_answers import SessionActs


class Tables(Struct, frozen=True):
    """How the assets of one project are built in its warehouse."""

    compiler: SqlCompiler
    macros: frozenset[str] = frozenset()
    strategies: tuple[str, ...] = ()

    @staticmethod
    def of(compiler: SqlCompiler) -> Tables:
        """The tables of a project, with the macros and strategies of its own, which are looked up once."""
        macros = own_macros(compiler.workspace.surroundings)
        return Tables(compiler, macros, own_strategies(macros))

    @property
    def adapter(self) -> Adapter:
        """The adapter of the target."""
        return self.compiler.adapter

    def build(self, output: Output, content: Content, attempt: Attempt) -> Built:
        """Make this content the asset's relation. Raises WarehouseError and what the checks raise."""
        asset, relation = output.asset, _relation_of(output.asset)
        ask, incremental = SessionActs(attempt.session, self.adapter), self.is_incremental(output, attempt)
        build = Build(
            relation=relation,
            content=content,
            config=self.compiler.with_predicates(asset, incremental=incremental, ask=ask),
            abilities=self.adapter.abilities,
            step_id=attempt.ledger_id(output),
            existing=self.kind(relation, attempt),
            full_refresh=output.full_refresh,
            ledger=self.ledger(relation),
            columns=asset.columns,
            span=asset.span,
            own_strategies=self.strategies,
            guards_rows=self.compiler.workspace.project.rules.guards_rows,
        )
        rows = self._perform(materialize(build), output, attempt)
        kind: RelationKind = asset.config.materialization.relation or "table"
        attempt.relations[self.adapter.folded(relation)] = kind
        return Built(kind, relation, rows=rows)

    def run_hooks(self, output: Output, attempt: Attempt) -> None:
        """Execute the hooks of an asset that makes no relation. Raises WarehouseError."""
        self._perform(hooks_alone(output.asset.config), output, attempt)

    def _perform(self, operations: Operations, output: Output, attempt: Attempt) -> int | None:
        incremental = self.is_incremental(output, attempt)
        render = MacroRenderer(self.compiler, output.asset, attempt, incremental, self.macros)
        return perform(operations, render, attempt.session, _listener(output, attempt))

    def kind(self, relation: Relation, attempt: Attempt) -> RelationKind | None:
        """The kind of a relation, whatever the case in which its name is written."""
        return attempt.relations.get(self.adapter.folded(relation))

    def is_incremental(self, output: Output, attempt: Attempt) -> bool:
        """Whether rows are added to what is there already."""
        asset = output.asset
        if not asset.config.materialization.adds_rows or asset.relation is None or output.full_refresh:
            return False
        return self.kind(asset.relation, attempt) == "table"

    def drop(self, relation: Relation, attempt: Attempt) -> None:
        """Drop a relation if it exists."""
        folded = self.adapter.folded(relation)
        kind = attempt.relations.get(folded)
        if kind is not None:
            perform_each((Drop(relation, kind),), self.adapter.render, attempt.session)
            attempt.relations.pop(folded, None)

    # The ledger

    def ledgers(self) -> tuple[Relation, ...]:
        """The ledgers of the target: one in each database, so that one transaction can write it with the data.

        A dbt project gets no table that its author did not ask for, unless `flags: {ledger: true}` does.
        """
        relations = (asset.relation for asset in self.compiler.workspace.graph.assets.values() if asset.relation)
        found = (self.ledger(relation) for relation in relations)
        return tuple(dict.fromkeys(ledger for ledger in found if ledger is not None))

    def ledger(self, relation: Relation) -> Relation | None:
        """The ledger that is written with a relation."""
        project = self.compiler.workspace.project
        is_wanted = project.rules.has_ledger or project.flags.get("ledger") is True
        return ledger_for(relation, project.target.schema) if is_wanted else None

    def create_ledgers(self, session: Session) -> None:
        """Create the ledgers that do not exist."""
        perform_each(map(CreateLedger, self.ledgers()), self.adapter.render, session)

    def is_recorded(self, output: Output, attempt: Attempt) -> bool:
        """Whether the ledger holds an output."""
        ledger = self.ledger(output.asset.relation) if output.asset.relation else None
        if ledger is None:
            return False
        _, rows = attempt.session.query(self.adapter.ledger_query(ledger, (attempt.ledger_id(output),)))
        return bool(rows)


def _listener(output: Output, attempt: Attempt) -> Listener:
    return Listener(
        send=lambda statement: attempt.log("debug", statement.sql),
        check=partial(attempt.inspect, output),
        report=lambda fault: attempt.pass_on((), (fault,)),
    )


def _relation_of(asset: Asset) -> Relation:
    if asset.relation is None:
        raise LookupError(f"{asset.key} was planned to be built and has no relation")
    return asset.relation
