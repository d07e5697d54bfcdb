"""Bodies of Python assets, executed in a real DuckDB session as a project's run executes them."""

import logging
import re
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from assetc import AssetIn, InvariantError, IOManager, Ref, asset
from assetc.adapters.protocol import Statement
from assetc.adapters.registry import find_adapter
from assetc.compiler.materialization.build import Query, TableValue
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.python.body import BodyFailed, BodyRequest, run_body
from assetc.runtime.python.body_value import ObjectValue, changed_kind, kind_of, to_body_value
from assetc.runtime.python.load_upstream import Upstream, load_upstream
from assetc.runtime.python.match_inputs import match_inputs
from assetc.runtime.python.pass_values import Known, Values
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.values.pickled import save_object

ADAPTER = find_adapter("duckdb")


class Loads(IOManager):
    def __init__(self, bodies, access, form):
        self.bodies, self.access, self.form = bodies, access, form

    def handle_output(self, context, obj):
        raise AssertionError("nothing is stored here")

    def load_input(self, context):
        upstream = self.bodies.upstream[context.asset_key]
        return load_upstream(context, upstream, self.access, self.bodies.root, self.form)


class Outcome:
    """What a body gave: values as they would be stored, None for those that are not."""

    def __init__(self, items, access):
        self.outputs, self.failure = [], None
        try:
            with closing(items):
                for produced in items:
                    value = to_body_value(produced.value, produced.output.annotation, access.resolve_sql)
                    self.outputs.append((produced, value if produced.stores_value else None))
        except BodyFailed as error:
            self.failure = error.failure


class Bodies:
    """One project with tables in schema `prod_main`, which its bodies know without the prefix."""

    def __init__(self, root: Path):
        self.root = root
        self.warehouse = ADAPTER.parse({"path": str(root / "w.duckdb")}, str(root)).connect()
        self.session = self.warehouse.session()
        self.session.execute(Statement("create schema prod_main"))
        self.adapter = ADAPTER
        self.upstream = {}
        self.log = []

    def table(self, name: str, query: str):
        self.session.execute(Statement(f'create table "prod_main"."{name}" as {query}'))
        self.upstream[AssetKey(name)] = Upstream(AssetKey(name), Relation("w", "prod_main", name))

    def value(self, name: str, value: object):
        save_object(self.root, AssetKey(name), value)
        self.upstream[AssetKey(name)] = Upstream(AssetKey(name), None)

    def write(self, path: str, text: str):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text("from assetc import *\n" + textwrap.dedent(text))

    def run(self, text: str, key: str = "t", path: str = "models/c.py", form: str = "pandas", **more):
        if text:
            self.write(path, text)
        access = WarehouseAccess(
            self.adapter, self.session, self.root, self.resolve, self.find, Relation("w", "prod_main", key)
        )
        request = BodyRequest(
            (AssetKey(key),),
            path,
            self.root,
            access,
            Values("run1", lambda key: Known(key.name), {}, logging.getLogger(), Loads(self, access, form)),
            lambda definition: match_inputs(definition, self.upstream),
            lambda level, line: self.log.append((logging.getLevelName(level), line)),
            **more,
        )
        return Outcome(run_body(request), access)

    def find(self, call, parts):
        upstream = self.upstream.get(AssetKey(parts[-1]))
        return upstream.relation if upstream else None

    def resolve(self, sql: str) -> str:
        for key, upstream in self.upstream.items():
            if upstream.relation:
                sql = re.sub(rf"\b(from|join) {key.name}\b", rf"\1 {ADAPTER.name_of(upstream.relation)}", sql)
        return sql

    def rows(self, value):
        """The rows of a value, as a run stores it."""
        if isinstance(value, Query):
            return self.session.query(value.sql)[1]
        (self.session.execute(Statement("drop table if exists stored")),)
        self.session.write(Relation("w", "main", "stored"), value.value)
        return self.session.query("from stored")[1]


@pytest.fixture
def bodies(tmp_path):
    found = Bodies(tmp_path)
    yield found
    found.warehouse.close()


def only(outcome):
    assert outcome.failure is None, outcome.failure.diagnostic
    ((_, value),) = outcome.outputs
    return value


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("pd.DataFrame", "pandas"),
        ("'pd.DataFrame'", "pandas"),
        ("'DataFrame'", "pandas"),
        ("'pl.LazyFrame'", "polars.lazyframe"),
        ("pd.DataFrame | None", "pandas"),
        ("pl.DataFrame", "polars"),
        ("pl.LazyFrame", "polars.lazyframe"),
        ("pa.Table", "pyarrow.lib.Table"),
        ("pa.RecordBatchReader", "pyarrow.lib.RecordBatchReader"),
        ("duckdb.DuckDBPyRelation", "DuckDBPyRelation"),
        ("list[dict]", "builtins.list"),
        ("list[dict[str, object]]", "builtins.list"),
        ("Annotated[pl.DataFrame, From('o')]", "polars"),
        ("Ref['o']", "pandas"),
        ("Relation", "BoundRelation"),
        (None, "pandas"),
    ],
)
def test_a_table_arrives_in_the_form_of_the_annotation(bodies, annotation, expected):
    bodies.table("o", "select 1 as id")
    value = only(
        bodies.run(f"""
        from typing import Annotated
        import duckdb, pandas as pd, polars as pl, pyarrow as pa
        @asset
        def t(o{": " + annotation if annotation else ""}) -> str:
            return f"{{type(o).__module__}}.{{type(o).__qualname__}}"
        """)
    )
    assert expected in value.value


def test_the_default_form_of_a_table_can_be_another(bodies):
    bodies.table("o", "select 1 as id")
    text = "@asset\ndef t(o) -> str: return type(o).__module__"
    assert "polars" in only(bodies.run(text, form="polars")).value


@pytest.mark.parametrize(
    "expression",
    [
        "pd.DataFrame({'id': [1, 2]})",
        "pl.DataFrame({'id': [1, 2]})",
        "pl.DataFrame({'id': [1, 2]}).lazy()",
        "pa.table({'id': [1, 2]})",
        "pa.table({'id': [1, 2]}).to_reader()",
        "[{'id': 1}, {'id': 2}]",
        "con.sql('select id from o')",
        "con.execute('select id from o')",
        "con.table('o')",
        "'select id from o'",
        "Output('select id from o')",
        "MaterializeResult(value=[{'id': 1}, {'id': 2}])",
    ],
)
def test_every_kind_of_table_can_be_returned(bodies, expression):
    bodies.table("o", "select unnest([1, 2]) as id")
    value = only(
        bodies.run(f"""
        import pandas as pd, polars as pl, pyarrow as pa
        @asset
        def t(con): return {expression}
        """)
    )
    assert kind_of(value) == "table" and bodies.rows(value) == [(1,), (2,)]


@pytest.mark.parametrize(
    ("annotation", "expression", "expected"),
    [
        ("", "[1, 2]", ObjectValue([1, 2])),
        ("", "'hello'", ObjectValue("hello")),
        ("", "'select your seat'", Query("select your seat")),
        ("", "None", ObjectValue(None)),
        ("-> str", "'select 1 as x'", ObjectValue("select 1 as x")),
        ("-> list", "[{'id': 1}]", ObjectValue([{"id": 1}])),
        ("-> None", "None", None),
        ("-> Output[int]", "Output(5)", ObjectValue(5)),
        ("-> MaterializeResult", "MaterializeResult()", None),
    ],
)
def test_what_is_no_table_is_kept_as_an_object_or_not_at_all(bodies, annotation, expression, expected):
    assert only(bodies.run(f"@asset\ndef t() {annotation}: return {expression}")) == expected


def test_a_result_annotated_as_a_table_must_be_one(bodies):
    with pytest.raises(InvariantError, match="is an int") as caught:
        bodies.run("@asset\ndef t() -> list[dict]: return 7")
    assert caught.value.code == "E188"


def test_an_empty_list_is_a_table_where_one_is_promised(bodies):
    assert only(bodies.run("@asset\ndef t() -> list[dict]: return []")) == TableValue([])


def test_columns_of_an_input_are_projected_in_the_warehouse(bodies):
    bodies.table("o", 'select 1 as a, 2 as b, 3 as "c d"')
    outcome = bodies.run("""
    import pandas as pd
    @asset(ins={'rows': AssetIn('o', metadata={'columns': ['a', 'c d']})})
    def t(rows: pd.DataFrame) -> list: return list(rows.columns)
    """)
    assert only(outcome).value == ["a", "c d"]


def test_stored_objects_pass_between_assets(bodies):
    bodies.value("nums", [1, 2, 3])
    assert only(bodies.run("@asset\ndef t(nums): return nums + [4]")).value == [1, 2, 3, 4]


def test_a_relation_loads_nothing_and_executes(bodies):
    bodies.table("o", "select unnest([1, 2]) as id")
    outcome = bodies.run("""
    @asset
    def t(o: Relation) -> None: o.execute(f'create table bt as select count(*) n from {o}')
    """)
    assert only(outcome) is None and bodies.session.query("from bt")[1] == [(2,)]


def test_names_in_the_sql_of_a_body_become_the_relations_of_the_target(bodies):
    bodies.table("o", "select 1 as x")
    outcome = bodies.run("""
    @asset
    def t(context) -> list:
        return [
            context.execute("select x from o").fetchone(),
            context.sql("select x from o").fetchall(),
            context.table("o").fetchall(),
            context.ref("o"),
            context.source("raw", "o"),
            context.this,
        ]
    """)
    name = '"w"."prod_main"."o"'
    assert only(outcome).value == [(1,), [(1,)], [(1,)], name, name, '"w"."prod_main"."t"']


def test_sql_of_a_body_reads_the_tables_in_its_variables(bodies):
    outcome = bodies.run("""
    import pandas as pd, polars as pl
    other = pl.DataFrame({'y': [5]})
    def helper(con):
        return con.execute("select sum(x) from frame").fetchone()
    @asset
    def t(context) -> list:
        frame = pd.DataFrame({'x': [1, 2]})
        context.execute("create temp table t1 as select * from frame")
        context.execute("create or replace table outt as select * from t1; select 1")
        context.connection.register('named', frame)
        return [
            helper(context),
            context.execute("select x, y from frame, other order by x").fetchall(),
            context.execute("select count(*) from named").fetchone(),
        ]
    """)
    assert only(outcome).value == [(3,), [(1, 5), (2, 5)], (2,)]
    assert bodies.session.query("select sum(x) from outt")[1] == [(3,)]


class WithoutFrames(type(ADAPTER)):
    """A warehouse whose SQL reads no frames."""

    name = "other"
    abilities = replace(ADAPTER.abilities, local_frames=False)


@pytest.mark.parametrize("call", ["connection.register('named', frame)", "execute('select * from frame')"])
def test_sql_that_can_read_no_frames_says_so(bodies, call):
    bodies.adapter = WithoutFrames()
    failure = bodies.run(f"""
    import pandas as pd
    @asset
    def t(context):
        frame = pd.DataFrame({{'x': [1, 2]}})
        context.{call}
    """).failure
    assert failure.diagnostic.code == "E185" and "SQL of other reads no frames of Python" in failure.diagnostic.message


def test_a_table_of_the_warehouse_wins_over_a_variable(bodies):
    bodies.table("o", "select 1 as x")
    outcome = bodies.run("""
    import pandas as pd
    @asset
    def t(context) -> list:
        o = pd.DataFrame({'x': [2]})
        return context.execute('select x from o').fetchall()
    """)
    assert only(outcome).value == [(1,)]


def test_the_connection_is_one_of_db_api(bodies):
    outcome = bodies.run("""
    @asset
    def t(con) -> list:
        con.execute("create table n as select range as i from range(5)")
        cursor = con.cursor()
        cursor.execute("select i, i * 2 as double from n order by i")
        first = cursor.fetchmany(2)
        names = [column[0] for column in cursor.description]
        return [first, cursor.fetchone(), names, cursor.fetchall(), con.execute("from n").df().shape]
    """)
    assert only(outcome).value == [[(0, 0), (1, 2)], (2, 4), ["i", "double"], [(3, 6), (4, 8)], (5, 1)]


def test_prints_and_logs_go_to_the_log_of_the_step_and_only_those_of_its_thread(bodies, capsys):
    other = threading.Thread(target=lambda: print("other"))  # noqa: T201  the subject of the test
    sys.modules["started"] = other
    try:
        bodies.run("""
        import sys
        @asset
        def t(context):
            print("one", 2)
            print("half", end="")
            sys.stdout.flush()
            assert sys.stdout.encoding and sys.stdout.writable() and sys.stdout.buffer and not sys.stdout.isatty()
            context.log.warning("careful %s", 3)
            sys.modules["started"].start()
            sys.modules["started"].join()
        """)
    finally:
        del sys.modules["started"]
    print("after")  # noqa: T201  the subject of the test
    assert bodies.log == [("INFO", "one 2"), ("WARNING", "careful 3"), ("INFO", "half")]
    assert capsys.readouterr().out == "other\nafter\n"


def test_a_failure_names_the_users_line(bodies):
    bodies.table("o", "select 1 as x")
    failure = bodies.run("""
    import pandas as pd
    def inner(frame):
        return frame["nope"]
    @asset
    def t(o: pd.DataFrame):
        return inner(o)
    """).failure
    assert (failure.diagnostic.code, str(failure.diagnostic.span)) == ("E180", "models/c.py:5:12")
    assert failure.diagnostic.message == "KeyError: 'nope'"


def test_a_file_that_cannot_be_imported_is_told_by_its_line(bodies):
    failure = bodies.run("\nimport does_not_exist\n").failure
    assert (failure.diagnostic.code, failure.diagnostic.span.where) == ("E117", "models/c.py:3")
    assert "does_not_exist" in failure.diagnostic.message
    failure = bodies.run("def f(:\n", path="models/d.py").failure
    assert (failure.diagnostic.code, failure.diagnostic.span.where) == ("E117", "models/d.py:2")


def test_failures_of_bodies_keep_what_they_say(bodies):
    failure = bodies.run("""
    @asset
    def t(): raise Failure("bad rows", metadata={"rows": 3}, allow_retries=False)
    @asset
    def u(context): context.execute("select nope from range(3)")
    @asset
    def v(o): return o
    """).failure
    assert failure.diagnostic.message == "bad rows" and failure.metadata == (("rows", 3),)
    assert failure.allow_retries is False
    second = bodies.run("", "u").failure
    assert "nope" in second.diagnostic.message and second.diagnostic.span.where == "models/c.py:6"
    third = bodies.run("", "v").failure
    assert third.diagnostic.code == "E109" and "'o'" in third.diagnostic.message


def test_assets_that_no_variable_keeps_are_found(bodies):
    text = """
    for n in "ab":
        @asset(name=f"stg_{n}")
        def _f(n=n): return n
    """
    assert only(bodies.run(text, "stg_a")).value == "a"
    assert only(bodies.run("", "stg_b")).value == "b"
    assert bodies.run("", "stg_c").failure.diagnostic.code == "E189"


def test_several_outputs_by_tuple_dictionary_and_yield(bodies):
    outcome = bodies.run(
        """
    @multi_asset(outs={"x": AssetOut(), "y": AssetOut(is_required=False)})
    def t():
        yield Output([1], "x", metadata={"n": 1})
    @multi_asset(outs={"p": AssetOut(), "q": AssetOut()})
    def by_tuple(): return [1], 2
    @multi_asset(outs={"r": AssetOut(), "s": AssetOut()})
    def by_name(): return {"s": 2, "r": 1}
    """,
        "x",
    )
    ((produced, value),) = outcome.outputs
    assert (produced.output.name, value.value, produced.metadata) == ("x", [1], {"n": 1})
    assert [value.value for _, value in bodies.run("", "p").outputs] == [[1], 2]
    assert [produced.output.name for produced, _ in bodies.run("", "r").outputs] == ["s", "r"]


def test_a_model_of_dbt_runs(bodies):
    bodies.table("o", "select unnest([1, 2]) as id")
    text = """
    def model(dbt, session):
        dbt.config(materialized="table")
        frame = dbt.ref("o").df()
        count = session.execute("select count(*) from o").fetchone()[0]
        frame["n"] = count + dbt.config.get("extra", 10)
        assert not dbt.is_incremental and dbt.this.identifier == "daily"
        return frame
    """
    value = only(bodies.run(text, "daily", "models/daily.py"))
    assert isinstance(value, TableValue) and bodies.rows(value) == [(1, 12), (2, 12)]


def test_a_coroutine_is_a_body(bodies):
    assert only(bodies.run("@asset\nasync def t(): return 5")).value == 5


def test_parameters_are_bound_by_the_driver(bodies):
    outcome = bodies.run("""
    @asset
    def t(con) -> list:
        con.execute("create table n (i int, s text)")
        con.execute("insert into n values (?, ?)", [1, "a"])
        con.executemany("insert into n values (?, ?)", [[2, "b"], [3, "c"]])
        found = con.execute("select s from n where i > ? order by s", [1])
        return [found.fetchall(), [column[0] for column in found.description]]
    """)
    assert only(outcome).value == [[("b",), ("c",)], ["s"]]


def test_an_error_of_the_driver_is_told_in_words(bodies):
    failure = bodies.run("""
    @asset
    def t(context): return context.sql("select error('boom')").fetchall()
    """).failure
    assert failure.diagnostic.message == "InvalidInputException: boom"
    assert failure.diagnostic.span.where == "models/c.py:4"


def test_a_missing_library_is_named_with_its_extra(bodies, monkeypatch):
    bodies.table("o", "select 1 as x")

    monkeypatch.setitem(sys.modules, "polars", None)
    failure = bodies.run("@asset\ndef t(o: 'pl.DataFrame'): ...").failure
    assert failure.diagnostic.code == "E187" and "assetc[polars]" in failure.diagnostic.message


def test_a_table_cannot_be_loaded_as_anything(bodies):
    bodies.table("o", "select 1 as x")
    bodies.value("nums", [1])
    failure = bodies.run("@asset\ndef t(o: int): ...\n@asset\ndef u(nums: Relation): ...").failure
    assert failure.diagnostic.code == "E186" and "as int" in failure.diagnostic.message
    assert bodies.run("", "u").failure.diagnostic.code == "E114"


def test_a_parameter_means_the_one_upstream_that_ends_like_it(bodies):
    upstream = {AssetKey(key): Upstream(AssetKey(key), None) for key in ("x/Orders", "raw/customers", "shop/days")}

    @asset(ins={"late": AssetIn("shop/days")})
    def d(orders, c: Ref["raw.customers"], late, other=1): ...  # noqa: F821  the name of an asset

    found = {name: str(key) for name, key in match_inputs(d, upstream).items()}
    assert found == {"orders": "x/Orders", "c": "raw/customers", "late": "shop/days"}


def test_a_required_resource_is_asked_for_before_the_body_runs(bodies):
    text = "@asset(required_resource_keys={'api'})\ndef t(context): return context.resources.api"
    failure = bodies.run(text).failure
    assert failure.diagnostic.code == "E109" and "'api'" in failure.diagnostic.message
    assert only(bodies.run(text, resources={"api": "dev"})).value == "dev"


def test_a_later_change_of_kind_is_a_fault():
    fault = changed_kind(AssetKey("a"), "table", "object", None)
    assert fault.code == "E188" and fault.message == "a was a table and has become an object"
    assert changed_kind(AssetKey("a"), "none", "object", None) is None


def test_bodies_run_in_several_threads_at_once(bodies):
    bodies.table("o", "select 1 as x")
    bodies.write(
        "models/many.py",
        """
        import time
        import pandas as pd
        for n in range(6):
            @asset(name=f"a{n}")
            def _f(o: pd.DataFrame, context, n=n) -> list:
                from lib.shared import VALUE
                print("line of", n)
                time.sleep(0.01)
                return [n, VALUE, len(context.execute("select x from o").fetchall())]
        """,
    )
    bodies.write("lib/shared.py", "VALUE = 5")
    found, logs = {}, {}

    def work(number):
        other = Bodies.__new__(Bodies)
        other.__dict__.update(bodies.__dict__, session=bodies.warehouse.session(), log=[])
        found[number] = only(other.run("", f"a{number}", "models/many.py")).value
        logs[number] = other.log

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [number, 5, 1] for number in range(6)}
    assert logs == {number: [("INFO", f"line of {number}")] for number in range(6)}
    assert "models" not in sys.modules and "lib" not in sys.modules
