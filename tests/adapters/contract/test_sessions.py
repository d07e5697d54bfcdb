"""What sessions promise each other: whole tables for readers, peace among threads, a cancel that stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from contract_target import Target, numbers

from assetc.adapters.perform import Listener, perform
from assetc.adapters.protocol import Canceled, Statement, WarehouseError
from assetc.adapters.tables import frames_of
from assetc.compiler.operation import Atomically, Drop, Operations, RunSql, WriteLedger

SLOW = f"select sum(a * b) as x from {numbers(10_000_000, 'a')}, {numbers(10_000_000, 'b')}"


def test_a_reader_never_sees_a_missing_empty_or_mixed_table(target: Target) -> None:
    target.run("t", f"select 0 as version from {numbers(1000)}")
    seen: set[tuple[object, ...]] = set()
    stop = threading.Event()

    def read() -> None:
        session = target.warehouse.session()
        while not stop.is_set():
            query = f"select count(*), min(version), max(version) from {target.name('t')}"
            seen.update(session.query(query)[1])

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for version in range(1, 201):
            kind = "incremental" if version % 4 == 3 else "view" if version % 8 == 0 else "table"
            settings = {"unique_key": ("version",)} if kind == "incremental" else {}
            target.run(
                "t",
                f"select {version} as version from {numbers(1000)}",
                materialized=kind,
                full_refresh=True,
                step_id=str(version),
                **settings,
            )
        stop.set()
        for reader in readers:
            reader.result()
    assert len(seen) > 1
    assert {(count, low == high) for count, low, high in seen} == {(1000, True)}


def test_eight_threads_build_at_once(target: Target) -> None:
    def build(thread: int) -> int:
        session = target.warehouse.session()
        for number in range(10):
            name, step = f"t{thread}_{number}", f"{thread}/{number}"
            query = f"select {number} as x from {numbers(100)}"
            target.run(name, query, session, materialized="incremental", step_id=step)
            target.run(name, query, session, materialized="incremental", step_id=step + "/2")
        return thread

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(build, range(8))) == list(range(8))
    kinds = target.kinds()
    assert len(kinds) == 80
    assert len(target.ledger_entries()) == 160
    assert target.rows(f"select count(*) from {target.name('t7_9')}") == [(200,)]


def test_a_canceled_session_stops_and_leaves_nothing(target: Target) -> None:
    target.run("t", "select 1 as x")
    session = target.warehouse.session()
    began = threading.Event()

    def begin(statement: Statement) -> None:
        if "series" in statement.sql:
            began.set()

    build = target.build("t", SLOW)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(target.perform, build, session, Listener(send=begin))
        assert began.wait(10)
        while not running.done():
            session.cancel()
            time.sleep(0.01)
        with pytest.raises(Canceled):
            running.result()
    with pytest.raises(Canceled):
        session.query("select 1")
    assert target.table("t") == [(1,)]
    assert target.kinds() == {"t": "table"}


def test_a_step_is_recorded_only_with_its_data(target: Target) -> None:
    target.run("i", "select 1 as x", materialized="incremental", step_id="one")
    with pytest.raises(WarehouseError):
        target.run("i", "select 1 as x", materialized="incremental", step_id="one")
    assert target.table("i") == [(1,)]
    asked = target.adapter.ledger_query(target.ledger, ("one", "it's two"))
    assert target.rows(asked) == [("one",)]


def test_a_table_is_repeatable_and_not_recorded(target: Target) -> None:
    target.run("t", "select 1 as x")
    target.run("t", "select 1 as x")
    assert target.ledger_entries() == []


def test_rollback_leaves_nothing(target: Target) -> None:
    target.run("t", "select 1 as x")
    drop, ledger = Drop(target.relation("t"), "table"), WriteLedger("a", target.ledger)

    def operations() -> Operations:
        yield Atomically((ledger, drop, RunSql("select * from nowhere")))

    with pytest.raises(WarehouseError):
        perform(operations(), target.adapter.render, target.session, Listener())
    assert target.table("t") == [(1,)]
    assert target.ledger_entries() == []
    target.session.rollback()


def test_a_conflict_may_be_tried_again(target: Target) -> None:
    """Two transactions want to change what the other has changed: some warehouses refuse at once, others wait first."""
    target.run("t", "select 1 as x")
    target.run("u", "select 1 as x")
    one, other = target.warehouse.session(), target.warehouse.session()
    for session, name in ((one, "t"), (other, "u")):
        session.begin()
        session.execute(Statement(f"update {target.name(name)} set x = 2"))
    with ThreadPoolExecutor(2) as pool:
        tried = [
            pool.submit(session.execute, Statement(f"update {target.name(name)} set x = 3"))
            for session, name in ((one, "u"), (other, "t"))
        ]
        conflicts = [conflict for each in tried if (conflict := each.exception()) is not None]
    assert conflicts
    assert all(isinstance(conflict, WarehouseError) and conflict.transient for conflict in conflicts)


def test_columns_of_what_does_not_exist(target: Target) -> None:
    assert target.session.columns(target.relation("nothing")) == ()


def test_schemas_are_created_for_relations(target: Target) -> None:
    relations = [target.relation("a", schema) for schema in ("one", "two words", "one")]
    target.warehouse.create_schemas(relations)
    target.warehouse.create_schemas(relations)
    target.sql(f"create table {target.adapter.name_of(relations[1])} (x int)")
    assert relations[1] in [found.relation for found in target.warehouse.existing()]


def test_a_result_that_is_not_asked_for_is_read_to_its_end(target: Target) -> None:
    target.sql(f"select * from {numbers(100_000)}")
    target.sql(f"select 1; select * from {numbers(100_000)}")
    assert target.rows("select 1") == [(1,)]


@pytest.mark.parametrize("sql", ["selec 1", "select * from nowhere", "select cast('a' as int)"])
def test_a_failed_statement_is_a_warehouse_error(target: Target, sql: str) -> None:
    for call in _calls(target):
        with pytest.raises(WarehouseError):
            call(sql)
    assert target.rows("select 1") == [(1,)]


def _calls(target: Target) -> list[Callable[[str], object]]:
    return [target.sql, target.session.query, lambda sql: frames_of(target.session.read(Statement(sql))).frame("dicts")]
