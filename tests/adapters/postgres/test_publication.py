"""A relation is replaced while others read it, and everything that belongs to it or depends on it stays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from postgres_server import connect, emptied_fields

from assetc.adapters.perform import Listener, perform
from assetc.adapters.postgres.adapter import PostgresOutput, adapter
from assetc.adapters.postgres.session import PostgresSession
from assetc.adapters.protocol import WarehouseError
from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.materialization.build import Build, Query
from assetc.compiler.materialization.materialize import materialize
from assetc.definitions.relation import Relation

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]


class Shop:
    """A session that builds assets, and a connection of somebody else's."""

    def __init__(self, fields: dict[str, object], session: PostgresSession, other: psycopg.Connection[Any]) -> None:
        self.fields, self.session, self.other = fields, session, other
        self.reports: list[Diagnostic] = []

    def build(self, name: str, query: str, materialized: str = "table", **settings: Any) -> None:
        relation = Relation(str(self.fields["dbname"]), "main", name)
        kinds = self.rows(f"select relkind::text from pg_class where oid = to_regclass('main.{name}')")
        existing = None if not kinds else "table" if kinds[0][0] == "r" else "view"
        build = Build(
            relation=relation,
            content=Query(query),
            config=AssetConfig(materialized=materialized, **settings),
            abilities=adapter.abilities,
            step_id="step",
            existing=existing,  # type: ignore[arg-type]
        )
        perform(materialize(build), adapter.render, self.session, Listener(report=self.reports.append))

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self.other.execute(statement.encode())

    def rows(self, sql: str) -> Rows:
        return self.other.execute(sql.encode()).fetchall()


@pytest.fixture
def shop() -> Iterator[Shop]:
    fields = emptied_fields()
    parsed = adapter.parse(fields, "")
    assert isinstance(parsed, PostgresOutput)
    warehouse = parsed.connect()
    warehouse.create_schemas([Relation(None, "main", "")])
    session = warehouse.session()
    assert isinstance(session, PostgresSession)
    with connect(fields) as other:
        other.execute("set search_path = main")
        yield Shop(fields, session, other)
    warehouse.close()


VIEWS = (
    "create view own as select id, word from t where id > 0",
    "create view upon with (security_barrier = true) as select count(*) as n, max(word) as word from own",
    "create materialized view kept as select id from own",
    "create index kept_id on kept (id)",
    "create view last as select upon.n, kept.id from upon, kept",
)
READER = "do $$ begin if not exists (select from pg_roles where rolname = 'ann') then create role ann; end if; end $$"
GRANTS = (
    READER,
    "grant usage on schema main to ann",
    "grant select on t to ann with grant option",
    "grant update (word) on t to public",
    "grant select on own to public",
    "grant select (n) on upon to ann",
    "comment on table t is 'it''s a table'",
    "comment on column t.word is 'a \\ word'",
    "comment on view own is 'mine'",
    "comment on column own.id is 'the number'",
    "comment on materialized view kept is 'kept'",
)
BELONGINGS = """
select c.relname, c.relkind::text, c.relacl::text, c.reloptions::text, obj_description(c.oid, 'pg_class'),
    (select array_agg((attname, attacl::text, col_description(c.oid, attnum))::text order by attnum)
     from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
    (select array_agg(pg_get_indexdef(indexrelid)) from pg_index where indrelid = c.oid)
from pg_class as c where c.relnamespace = 'main'::regnamespace and c.relkind <> 'i' order by 1
"""


def test_views_grants_and_comments_are_those_of_before(shop: Shop) -> None:
    shop.build("t", "select 1 as id, 'fig' as word")
    shop.sql(*VIEWS, *GRANTS)
    before = shop.rows(BELONGINGS)
    shop.build("t", "select 2 as id, 'lime' as word union all select 3, 'kiwi'")
    assert shop.rows(BELONGINGS) == before
    assert shop.rows("select * from own order by 1") == [(2, "lime"), (3, "kiwi")]
    assert shop.rows("select * from upon") == [(2, "lime")]
    assert shop.rows("select n, id from last") == [(2, 1)]  # what is materialized stays as it is until it is refreshed


@pytest.mark.parametrize("kinds", [("table", "view"), ("view", "table"), ("view", "view")])
def test_they_are_kept_when_the_kind_or_the_columns_change(shop: Shop, kinds: tuple[str, str]) -> None:
    """An id that is a bigint is another column to a view, so that all that depends on it is created again."""
    shop.build("t", "select 1 as id, 'fig' as word", kinds[0])
    shop.sql(*VIEWS, *(grant for grant in GRANTS if " table t " not in grant))
    before = {row[0]: row[4] for row in shop.rows(BELONGINGS)}
    shop.build("t", "select 'x' as new, 'lime' as word, 2::bigint as id", kinds[1])
    assert {row[0]: row[4] for row in shop.rows(BELONGINGS)} == before
    assert shop.rows("select pg_typeof(id)::text, id, word from own") == [("bigint", 2, "lime")]
    assert shop.rows("select n, id from last") == [(1, 2)]
    assert shop.rows(
        "select has_table_privilege('ann', 't', 'select'), has_column_privilege('ann', 'upon', 'n', 'select')"
    ) == [(True, True)]


def test_a_view_that_no_longer_fits_is_said_to_be_gone(shop: Shop) -> None:
    """Nothing else would let a model lose a column that a model downstream reads, until that is built."""
    shop.build("t", "select 1 as id, 'fig' as word")
    shop.sql(*VIEWS)
    shop.build("t", "select 1 as id")
    assert [row[0] for row in shop.rows(BELONGINGS)] == ["t"]
    assert [(report.code, report.message) for report in shop.reports] == [
        ("W302", f"main.{name} no longer fits what it reads, and was dropped")
        for name in ("own", "upon", "kept", "last")
    ]


MADE = (
    "create index by_word on t (word) where id > 0",
    "create unique index t_lower_idx on t (lower(word))",
    "alter table t add constraint t_pkey primary key (id)",
    "alter table t add constraint positive check (id > 0)",
    "create function same() returns trigger language plpgsql as 'begin return new; end'",
    "create trigger kept before insert on t for each row execute function same()",
)
ATTACHED = """
select pg_get_indexdef(indexrelid) from pg_index where indrelid = 't'::regclass
union all select pg_get_constraintdef(oid) from pg_constraint where conrelid = 't'::regclass
union all select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 't'::regclass order by 1
"""


def test_indexes_constraints_and_triggers_are_made_again(shop: Shop) -> None:
    shop.build("t", "select 1 as id, 'fig' as word")
    shop.sql(*MADE)
    before = shop.rows(ATTACHED)
    assert len(before) == 6
    for _ in range(2):
        shop.build("t", "select 2 as id, 'lime' as word")
    assert (shop.rows(ATTACHED), shop.reports) == (before, [])


def test_what_a_post_hook_makes_is_not_made_twice(shop: Shop) -> None:
    hooks = ("create index on t (word)", "create index by_id on t (id)", "alter table t add primary key (id)")
    settings = {"post_hook": tuple(map(Hook, hooks))}
    shop.build("t", "select 1 as id, 'fig' as word", **settings)
    before = shop.rows(ATTACHED)
    shop.build("t", "select 2 as id, 'lime' as word", **settings)
    assert (shop.rows(ATTACHED), len(before)) == (before, 4)


def test_an_index_that_no_longer_fits_is_said_to_be_gone(shop: Shop) -> None:
    shop.build("t", "select 1 as id, 'fig' as word")
    shop.sql(*MADE[:1], *MADE[2:3])
    shop.build("t", "select 2 as id")
    said = "the index by_word no longer fits its table, and was dropped"
    assert [(report.code, report.message) for report in shop.reports] == [("W302", said)]
    assert len(shop.rows(ATTACHED)) == 2


def test_rows_that_break_a_constraint_leave_the_old_table(shop: Shop) -> None:
    shop.build("t", "select 1 as id, 'fig' as word")
    shop.sql(*MADE)
    with pytest.raises(WarehouseError, match="t_lower_idx"):
        shop.build("t", "select 1 as id, 'fig' as word union all select 2, 'Fig'")
    assert shop.rows("select * from t") == [(1, "fig")]


def test_a_warning_of_the_server_is_reported(shop: Shop) -> None:
    hook = Hook("do $$ begin raise warning 'the disk is nearly full'; end $$")
    shop.build("t", "select 1 as id", post_hook=(hook,))
    assert [(report.code, report.message) for report in shop.reports] == [("W302", "the disk is nearly full")]


def test_what_is_no_view_keeps_a_table_from_going(shop: Shop) -> None:
    shop.build("t", "select 1 as id")
    shop.sql("alter table t add primary key (id)", "create table child (id int references t)")
    with pytest.raises(WarehouseError, match="child") as refused:
        shop.build("t", "select 2 as id")
    assert refused.value.hint
    assert shop.rows("select * from t") == [(1,)]
    assert [row[0] for row in shop.rows("select relname from pg_class where relname like '%assetc%'")] == []


def test_rows_that_a_policy_hides_stay_hidden(shop: Shop) -> None:
    shop.build("t", "select 1 as id, 'ann' as owner union all select 2, 'bob'")
    shop.sql(
        READER,
        "grant usage on schema main to ann",
        "grant select on t to ann",
        "create policy own_rows on t for select to ann using (owner = current_user)",
        "create policy low on t as restrictive to public using (id < 10) with check (id < 5)",
        "alter table t enable row level security",
        "alter table t force row level security",
    )
    policies = "select policyname, permissive, roles::text, cmd, qual, with_check from pg_policies order by 1"
    before = shop.rows(policies)
    shop.build("t", "select 3 as id, 'ann' as owner union all select 4, 'bob'")
    assert shop.rows(policies) == before
    shop.sql("set role ann")
    assert shop.rows("select id from t") == [(3,)]
    shop.sql("reset role")
    with pytest.raises(WarehouseError, match="owner"):
        shop.build("t", "select 5 as id")
    assert shop.rows("select relrowsecurity, relforcerowsecurity from pg_class where relname = 't'") == [(True, True)]


def test_a_view_of_another_owner_stays_his(shop: Shop) -> None:
    shop.build("t", "select 1 as id")
    shop.sql(
        READER, "grant all on schema main to ann", "grant select on t to ann", "create view own as select * from t"
    )
    shop.sql(
        "alter view own owner to ann",
        "create materialized view kept as select * from t",
        "alter table kept owner to ann",
    )
    shop.build("t", "select 2::bigint as id")
    assert shop.rows(
        "select relname, pg_get_userbyid(relowner) from pg_class where relname in ('own', 'kept') order by 1"
    ) == [
        ("kept", "ann"),
        ("own", "ann"),
    ]
    assert shop.rows("select own.id from own, kept") == [(2,)]


def test_columns_are_synchronised_under_a_view(shop: Shop) -> None:
    settings = {"materialized": "incremental", "on_schema_change": "sync_all_columns"}
    shop.build("t", "select 1 as id, 'fig' as word", **settings)
    shop.sql("create view own as select id from t")
    shop.build("t", "select 'two' as id", **settings)
    assert shop.rows("select * from own order by 1") == [("1",), ("two",)]


def test_a_reader_sees_whole_tables_through_views_too(shop: Shop) -> None:
    """Two hundred replacements, of the same columns and of others, with readers in sessions of their own."""
    shop.build("t", "select 0 as version from generate_series(1, 500)")
    shop.sql(
        "create view own as select version from t",
        "create view upon as select version from own",
        "create view joined as select upon.version from upon, (select version from t limit 1) as o",
    )
    seen: set[tuple[Any, ...]] = set()
    stop = threading.Event()

    def read(name: str) -> None:
        with connect(shop.fields) as reader:
            while not stop.is_set():
                seen.update(reader.execute(f"select count(*), min(version), max(version) from main.{name}").fetchall())

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read, name) for name in ("t", "upon", "joined")]
        try:
            for version in range(1, 201):
                kind = "bigint" if version % 10 == 9 else "int"
                shop.build("t", f"select {version}::{kind} as version from generate_series(1, 500)")
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    assert len(seen) > 50
    assert {(count, low == high) for count, low, high in seen} == {(500, True)}


def test_two_tables_under_one_view_are_replaced_at_once(shop: Shop) -> None:
    """Both want to define the view again, from two sessions."""
    for name in ("t", "u"):
        shop.build(name, "select 1 as id")
    shop.sql(
        "create view joined as select t.id, u.id as other from t, u",
        "create materialized view kept as select * from joined",
    )
    parsed = adapter.parse(shop.fields, "")
    assert isinstance(parsed, PostgresOutput)
    warehouse = parsed.connect()

    def build(name: str) -> None:
        session = warehouse.session()
        one = Shop(shop.fields, session, connect(shop.fields))
        for number in range(20):
            one.build(name, f"select {number}::{'bigint' if number % 2 else 'int'} as id")
        one.other.close()

    with ThreadPoolExecutor(2) as pool:
        for built in [pool.submit(build, name) for name in ("t", "u")]:
            built.result()
    warehouse.close()
    assert shop.rows("select * from joined") == [(19, 19)]
    assert shop.rows("select count(*) from kept") == [(1,)]


@pytest.mark.parametrize("length", [51, 52, 58, 63])
def test_a_long_name_is_staged_under_a_shorter_one(shop: Shop, length: int) -> None:
    name = "ü" + "x" * (length - 2)
    shop.build(name, "select 1 as id")
    shop.build(name, "select 2 as id")
    shop.build(name, "select 3 as id", "incremental")
    assert shop.rows(f'select * from "{name}" order by 1') == [(2,), (3,)]


def test_a_name_that_would_be_cut_off_is_refused(shop: Shop) -> None:
    with pytest.raises(WarehouseError, match="has 64 bytes, and PostgreSQL keeps 63"):
        shop.build("x" * 64, "select 1 as id")
