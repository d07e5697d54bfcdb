"""What runs did whose process died: the ledger in the warehouse knows, the state learns it."""

from __future__ import annotations

from contextlib import closing
from functools import partial

from assetc.adapters.protocol import Existing, Warehouse
from assetc.runtime.resume import find_in_ledger, recover, unfinished_runs
from assetc.runtime.state.sqlite import State
from assetc.runtime.workspace import Workspace, identity_of


def learn_from_ledger(workspace: Workspace, state: State, warehouse: Warehouse, existing: tuple[Existing, ...]) -> None:
    """Record the steps that the ledger holds of runs that never ended."""
    identity = identity_of(workspace)
    if not unfinished_runs(state, identity):
        return
    from assetc.runtime.compiled_sql import SqlCompiler
    from assetc.runtime.steps.tables import Tables

    folded = workspace.adapter.folded
    present = {folded(each.relation) for each in existing}
    tables = Tables(SqlCompiler.of(workspace))
    ledgers = [ledger for ledger in tables.ledgers() if folded(ledger) in present]
    with closing(warehouse.session()) as session:
        recover(workspace.graph, state, identity, partial(find_in_ledger, workspace.adapter, session, ledgers))
