"""A run in a process of its own, to be killed: `python killed_run.py FOLDER` runs, or goes on with what is left."""

from __future__ import annotations

import sys
from pathlib import Path

from small_project import CONNECTION, LEDGER, Model, SmallProject, relation_of

from assetc.compiler.config import AssetConfig
from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.runtime.resume import find_in_ledger, last_run, recover, remaining

APPEND = AssetConfig(materialized="incremental", incremental_strategy="append")
MERGE = AssetConfig(materialized="incremental", incremental_strategy="merge", unique_key=("id",))
VIEW = AssetConfig(materialized="view")

MODELS = {
    "raw": Model("select range as id, range * 2 as amount from range(2000)"),
    "seen": Model("select * from {raw}", VIEW),
    "history": Model("select id, amount from {seen}", APPEND),
    "latest": Model("select id, max(amount) as amount from {history} group by id", MERGE),
    "log": Model("select count(*) as n from {latest}", APPEND),
    "total": Model("select sum(amount) as amount from {history}"),
    "other": Model("select id from {raw} where id % 2 = 0", APPEND),
}


def main(folder: Path) -> None:
    project = SmallProject(folder, dict(MODELS))
    session = project.warehouse.session()
    ledgers = [LEDGER] if session.columns(LEDGER) else []
    recover(
        project.graph,
        project.state,
        project.identity,
        lambda ids: find_in_ledger(project.adapter, session, ledgers, ids),
    )
    session.close()
    last = last_run(project.state, project.identity)
    if last is None:
        project.run(project.plan())
    else:
        left = remaining(last, project.graph, project.state)
        plan = make_plan(project.graph, left.selected, PlanRequest("run", CONNECTION), project.remembered())
        project.run(plan, root_id=last.root_id)
    project.close()


def content(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    project = SmallProject(folder, dict(MODELS))
    found = {existing.relation for existing in project.warehouse.existing()}
    rows = {name: project.rows(name) for name in MODELS}
    project.close()
    assert found == {*map(relation_of, MODELS), LEDGER}
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]))
