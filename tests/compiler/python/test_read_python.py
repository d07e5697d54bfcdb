"""What is understood of Python model files: places, helpers, factories, files, and faults."""

from __future__ import annotations

import random
from textwrap import dedent

import msgspec
import pytest

from assetc.adapters.duckdb.judge import DuckDbJudge
from assetc.compiler.python.read_python import read_python
from assetc.compiler.python.reading import PythonAsset, PythonReading, owns
from assetc.compiler.sql.judged import SqlReader

READER = SqlReader("duckdb", DuckDbJudge())


def read(code: str, files: dict[str, str] | None = None, path: str = "models/c.py") -> PythonReading:
    return read_python(path, "from assetc import *\n" + dedent(code), (files or {}).get, READER)


def facts(code: str, files: dict[str, str] | None = None) -> dict[str, set[str]]:
    return {asset.name: reads(asset) for asset in read(code, files).assets}


def reads(asset: PythonAsset) -> set[str]:
    return {".".join(each.reference.parts) for each in asset.references if each.reference.kind == "read"}


def pointed_at(code: str, files: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Each reference's place and the text that stands there."""
    text = "from assetc import *\n" + dedent(code)
    texts = {"models/c.py": text, **(files or {})}
    (asset,) = read_python("models/c.py", text, (files or {}).get, READER).assets
    spans = [each.span for each in (*asset.references, *asset.writes)]
    return [(str(span), texts[span.path][span.start : span.end]) for span in spans]


def problems(code: str, files: dict[str, str] | None = None) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.span)) for problem in read(code, files).problems]


# places


def test_a_name_in_a_multi_line_string_has_its_own_line() -> None:
    code = '''
        @asset
        def t(context):
            context.execute("""
                select orders_id from raw.orders
                join customers using (id)
            """)
    '''
    assert pointed_at(code) == [("models/c.py:6:31", "raw.orders"), ("models/c.py:7:14", "customers")]


def test_names_after_the_fields_of_an_f_string_and_after_escapes_are_found() -> None:
    code = """
        @asset
        def t(context, n: int = 1):
            context.execute(f"select 'é\\n{n}' as a, {n + 1} as b from a join b on {n} = 1")
    """
    assert [text for _, text in pointed_at(code)] == ["a", "b"]
    assert [place for place, _ in pointed_at(code)] == ["models/c.py:5:63", "models/c.py:5:70"]


def test_a_name_from_a_constant_points_at_the_constant() -> None:
    code = """
        TABLE = "orders"
        @asset
        def t(context): context.execute(f"select * from {TABLE}")
    """
    assert pointed_at(code) == [("models/c.py:3:10", "orders")]


def test_a_name_in_a_file_points_into_that_file() -> None:
    code = """
        from pathlib import Path
        SQL = Path(__file__).parent.parent / "sql"
        @asset
        def t(context): context.execute((SQL / "q.sql").read_text())
    """
    files = {"sql/q.sql": "-- orders\nselect *\nfrom orders\n"}
    assert pointed_at(code, files) == [("sql/q.sql:3:6", "orders")]
    assert read(code, files).files == ("sql/q.sql",)


@pytest.mark.parametrize(
    "expression",
    [
        'f"select * from {T}"',
        '"select * from {}".format(T)',
        '"select * from {0}".format(T)',
        '"select * from {t}".format(t=T)',
        "\"select * from %s where x like '%%a'\" % T",
        '"select * from %(t)s" % {"t": T}',
        '"select * from " + T',
        '" ".join(["select * from", T])',
        'textwrap.dedent("""\\n  select *\\n  from orders""")',
        '"select * from ?".replace("?", T)',
        'Template("select * from $t").substitute(t=T)',
        '(lambda name: f"select * from {name}")(T)',
        'QUERIES["orders"]',
        "Queries.ORDERS",
        "Queries().daily()",
        '"select * from orders" if context.run_id else "select * from orders"',
        '[f"select * from {t}" for t in [T]][0]',
        '(T and f"select * from {T}").strip().upper()',
    ],
)
def test_every_way_to_build_a_string(expression: str) -> None:
    code = f"""
import textwrap
from string import Template
T = "orders"
QUERIES = {{"orders": "select * from orders"}}
class Queries:
    ORDERS = "select * from orders"
    def daily(self): return self.ORDERS + " where day"
@asset
def t(context): context.execute({expression})
"""
    assert facts(code) == {"t": {"orders"}}
    assert problems(code) == []
    assert {each.reference.certainty for each in read(code).assets[0].references} == {"certain"}


def test_a_list_of_parts_that_grows_is_followed() -> None:
    code = """
        @asset
        def t(context, full: bool = False):
            parts = ["select * from a"]
            if full:
                parts.append("join b using (id)")
            for name in ("x", "y"):
                parts += [f"union all select * from {name}"]
            context.execute(" ".join(parts))
    """
    assert facts(code) == {"t": {"a", "b", "x", "y"}}


def test_a_branch_that_cannot_be_taken_says_nothing() -> None:
    code = """
        def query(kind):
            if kind == "daily":
                return "select * from days"
            return "select * from hours"
        @asset
        def t(context): context.execute(query("daily"))
    """
    assert facts(code) == {"t": {"days"}}


# helpers


LIBRARY = {
    "lib/h.py": "from .names import TABLE\ndef q(t): return f'select * from {t}'\n"
    "def go(con, t=TABLE): con.execute(q(t))\n",
    "lib/names.py": "TABLE = 'orders'\n",
    "models/near.py": "from lib.h import go\ndef run(con, *tables):\n    for t in tables: go(con, t)\n",
}


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ("from lib.h import go", "go(context)"),
        ("from lib.h import q as query", "context.execute(query('orders'))"),
        ("import lib.h", "lib.h.go(context)"),
        ("import lib.h as h", "h.go(context, t='orders')"),
        ("from lib import h", "h.go(context, h.TABLE)"),
        ("from lib.h import *", "go(context)"),
        ("from .near import run", "run(context, 'orders')"),
        ("from . import near", "near.run(context, 'orders')"),
        ("from models.near import run", "run(context, *['orders'])"),
    ],
)
def test_helpers_in_modules_of_the_project(imports: str, body: str) -> None:
    code = f"{imports}\n@asset\ndef t(context):\n    {body}\n"
    assert facts(code, LIBRARY) == {"t": {"orders"}}
    assert set(read(code, LIBRARY).files) <= LIBRARY.keys()
    assert "lib/h.py" in read(code).missing or "models/near.py" in read(code).missing


def test_modules_that_import_each_other_end() -> None:
    files = {
        "lib/a.py": "from lib.b import q\nT = 'orders'\n",
        "lib/b.py": "from lib import a\ndef q(): return f'select * from {a.T}'\n",
    }
    code = "from lib.a import q\n@asset\ndef t(context): context.execute(q())\n"
    assert facts(code, files) == {"t": {"orders"}}


def test_a_helper_that_does_not_parse_is_named() -> None:
    code = "from lib.h import q\n@asset\ndef t(orders): ...\n"
    reading = read(code, {"lib/h.py": "def q(:\n"})
    assert [(problem.code, problem.span.path) for problem in reading.problems] == [("E117", "lib/h.py")]
    assert [asset.name for asset in reading.assets] == ["t"]


# factories


def test_each_asset_of_a_factory_has_its_own_values() -> None:
    code = """
        def make(table, *, kind="n"):
            @asset(name=f"{kind}_{table}", group_name=kind)
            def f(context): context.execute(f"create or replace table {kind}_{table} as select * from {table}")
            return f
        one, *rest = [make(t) for t in ("a", "b")]
        more = {t: make(t, kind="m") for t in ["c"]}
        last = list(map(make, ["d"]))
    """
    reading = read(code)
    assert {asset.name: reads(asset) for asset in reading.assets} == {
        "n_a": {"a"},
        "n_b": {"b"},
        "m_c": {"c"},
        "n_d": {"d"},
    }
    assert len({asset.source_hash for asset in reading.assets}) == 4
    assert not reading.needs_import


def test_a_default_keeps_the_value_of_a_loop_and_a_closure_does_not() -> None:
    code = """
        for t in ["a", "b"]:
            @asset(name=f"kept_{t}")
            def f(context, t=t): context.execute(f"select * from {t}")
            @asset(name=f"late_{t}")
            def g(context): context.execute(f"select * from {t}")
    """
    assert facts(code) == {"kept_a": {"a"}, "late_a": {"b"}, "kept_b": {"b"}, "late_b": {"b"}}


@pytest.mark.parametrize(
    "code",
    [
        "exec('@asset\\ndef x(): ...')",
        "from assetc import load_assets_from_modules\nx = load_assets_from_modules([1])",
        "def make(n):\n    @asset(name=n)\n    def f(): ...\n    return f\nfor n in open('x').readlines(): make(n)",
        "def make(n):\n    @asset(name=n)\n    def f(): ...\n    return f\nimport pool\npool.run(make, 3)",
        "import os\n@asset(group_name=os.environ['G'])\ndef x(): ...",
        "import os\n@asset(ins={'o': os.environ['G']})\ndef x(o): ...",
        "@multi_asset(outs=outs())\ndef x(): ...",
    ],
)
def test_what_only_an_import_tells(code: str) -> None:
    assert read(code).needs_import


@pytest.mark.parametrize("call", ["asset(name='t', sql='select 1')", "asset(key='t')", "multi_asset(outs={'t': 1})"])
def test_a_decorator_that_no_function_follows_makes_nothing(call: str) -> None:
    assert problems(f"t = {call}") == [("W252", "models/c.py:2:5")]
    assert problems(f"made = [{call} for _ in [1]]") == [("W252", "models/c.py:2:9")]
    assert problems(f"d = {call}\ndef f(): ...\nt = d(f)") == problems(f"d = {call}\n@d\ndef f(): ...") == []


@pytest.mark.parametrize(
    "code",
    [
        "import functools\ndaily = functools.partial(asset, group_name='g')\n@daily()\ndef t(o): ...",
        "daily = asset(group_name='g')\n@daily\ndef t(o): ...",
        "def daily(f): return asset(group_name='g')(f)\n@daily\ndef t(o): ...",
        "import assetc as ac\nO = {'group_name': 'g'}\n@ac.asset(**O)\ndef t(o): ...",
        "def f(o): ...\nt = asset(name='t', group_name='g')(f)",
    ],
)
def test_decorators_that_are_made_elsewhere(code: str) -> None:
    (asset,) = read(code).assets
    assert (asset.name, {entry.key: entry.value for entry in asset.config}) == ("t", {"group_name": "g"})


# what is no dependency


def test_texts_that_are_not_executed_say_nothing() -> None:
    code = """
        import logging
        @asset
        def t(context):
            "select * from ghost"
            unused = "select * from ghost"
            print("select * from ghost"); logging.info("select * from ghost")
            raise ValueError("select * from ghost")
    """
    assert facts(code) == {"t": set()}


def test_what_a_session_makes_itself_is_its_own() -> None:
    code = """
        @asset
        def t(context, con, spark):
            context.execute("create temp table mine as select * from a")
            context.execute("create or replace table out as select * from mine")
            con.register("view", frame)
            con.sql("select * from view join mine using (id)")
            spark.table("b").createOrReplaceTempView("v")
            return spark.sql("select * from v")
    """
    (asset,) = read(code).assets
    assert reads(asset) == {"a", "b"}
    assert [(".".join(each.reference.parts), owns(each)) for each in asset.writes] == [("out", True)]


def test_variables_that_engines_scan_are_told() -> None:
    code = """
        import pandas as pd
        @asset
        def t(context):
            o = pd.DataFrame({"x": [2]})
            name = "a"
            context.execute("select * from o join name using (x)")
    """
    (asset,) = read(code).assets
    assert (asset.local_frames, reads(asset)) == (("o",), {"o", "name"})


def test_writes_own_or_touch() -> None:
    code = """
        @asset
        def t(context, con, df):
            context.execute("create table a as select 1")
            context.execute("insert into b select 1")
            df.to_sql("c", con, schema="s", if_exists="append")
            df.write.mode("overwrite").saveAsTable("d")
            context.execute("merge into e using f on e.i = f.i when matched then update set x = 1")
    """
    (asset,) = read(code).assets
    owned = {".".join(each.reference.parts): owns(each) for each in asset.writes}
    assert owned == {"a": True, "b": False, "s.c": False, "d": True, "e": False}


# parameters, dbt, faults


def test_parameters_have_roles() -> None:
    code = """
        @asset
        def t(context, config: MyConfig, orders: pd.DataFrame, wh: DuckDBResource, con, n=1, rel: Relation = None): ...
    """
    (asset,) = read(code).assets
    assert [(each.name, each.role, each.has_default) for each in asset.parameters] == [
        ("context", "context", False),
        ("config", "config", False),
        ("orders", "upstream", False),
        ("wh", "resource", False),
        ("con", "connection", False),
        ("n", "upstream", True),
        ("rel", "upstream", True),
    ]


def test_keys_are_split_at_their_slashes() -> None:
    code = """
        @asset(key="shop/orders")
        def a(): ...
        @asset(key_prefix="one/two", name="b", deps=[a, AssetKey(["x", "y"])], ins={"u": AssetIn(key_prefix="p")})
        def f(u): ...
        @multi_asset(outs={"m": AssetOut(key_prefix="q"), "n": AssetOut(key=AssetKey("k"))})
        def g(): ...
    """
    one, two, three = read(code).assets
    assert (one.key_prefix, one.name) == (("shop",), "orders")
    assert (two.key_prefix, two.name) == (("one", "two"), "b")
    assert [each.key for each in (*two.declared_deps, *two.inputs)] == ["shop/orders", "x/y", "p/u"]
    assert three.outs == ("q/m", "k")


def test_a_relation_in_a_table_position_is_known() -> None:
    code = """
        @asset
        def t(o: Relation, context):
            o.execute(f"create table x as select * from {o} join {context.ref('b')} using (id)")
    """
    (asset,) = read(code).assets
    assert (reads(asset), asset.unresolved) == ({"b"}, False)


def test_a_dbt_model() -> None:
    code = """
        def model(dbt, session):
            dbt.config(materialized="incremental", tags=["a"])
            a = dbt.ref("x").filter("y"); b = dbt.source("s", "t"); c = dbt.ref("package", "z")
            if dbt.is_incremental: session.sql(f"select max(i) from {dbt.this}")
            return a
    """
    (asset,) = read(code).assets
    assert (asset.name, asset.is_dbt_model, asset.parameters, asset.unresolved) == ("c", True, (), False)
    found = [(each.kind, each.reference.parts) for each in asset.references]
    assert found == [("ref", ("x",)), ("source", ("s", "t")), ("ref", ("package", "z"))]
    assert {entry.key: entry.value for entry in asset.config} == {"materialized": "incremental", "tags": ["a"]}


def test_faults_have_codes_and_places() -> None:
    assert problems("def x(:\n  pass") == [("E117", "models/c.py:2:7")]
    assert problems("@asset(name='a b')\ndef t(): ...") == [("E108", "models/c.py:2:13")]
    assert problems("@asset(nam='a')\ndef t(): ...") == [("E181", "models/c.py:2:8")]
    assert problems("@asset(ins={'z': AssetIn('u')})\ndef t(): ...") == [("E108", "models/c.py:2:12")]
    assert problems("@asset\ndef t(context): context.execute('selec 1 frm x')") == [("W250", "models/c.py:3:34")]
    assert problems("@asset\ndef t(context, x): context.execute(x)") == [("W201", "models/c.py:3:36")]
    assert problems("@asset\ndef t(context): context.execute(context.q)") == [("W201", "models/c.py:3:33")]
    assert [code for code, _ in problems("x = " + "(" * 300 + ")" * 300)] == ["E117"]


def test_the_hash_of_an_asset_changes_with_what_it_uses() -> None:
    files = {"lib/h.py": "def q(t): return f'select * from {t}'\nUNUSED = 1\n", "q.sql": "select 1"}
    code = (
        "from lib.h import q\nT = 'a'\nS = 1\n@asset\n"
        "def t(context): context.execute(q(T)); context.execute(open('q.sql').read())\n"
    )

    def hash_with(edit: str, to: str) -> str:
        changed = {path: text.replace(edit, to) for path, text in files.items()}
        return read(code.replace(edit, to), changed).assets[0].source_hash

    same = hash_with("", "")
    assert [
        hash_with(*edit) == same
        for edit in (("T = 'a'", "T = 'b'"), ("select *", "select i"), ("select 1", "select 2"))
    ] == [False] * 3
    assert [hash_with(*edit) == same for edit in (("S = 1", "S = 2"), ("UNUSED = 1", "UNUSED = 2"))] == [True] * 2


# robustness


SAMPLE = '''
import os, textwrap
from pathlib import Path
from lib.h import q, go
T = "orders"
class Tables:
    RAW = f"raw.{T}"
def make(n, k="x"):
    @asset(name=f"stg_{n}", deps=[f"raw.{n}", *["b"]], ins={"x": AssetIn(key_prefix=["a"])}, **{"group_name": k})
    def f(context, x: Relation, y=1):
        """Docs."""
        with open("q.sql") as file:
            sql = file.read()
        for i, (a, b) in enumerate(zip(["a"], ("b",))):
            sql += textwrap.dedent(f"join {a} using ({b})") % {"k": k} if y else "{}".format(n)
        try:
            context.execute(sql.replace("a", "b").strip())
        except ValueError as error:
            print(error)
        return [q(t) for t in {"m": 1} if t] or (z := "select * from " + Tables.RAW)
    return f
assets = [make(n) for n in ("a", "b")]
@multi_asset(outs={"x": AssetOut(), "y": AssetOut(key="k")})
async def m(a: Ref["raw.orders"], *, con=None) -> None:
    match a:
        case {"x": [1, *rest]} | str(rest): await con.fetch("select * from a")
    while True: go(con, "t"); break
    df.write.mode("append").saveAsTable("out.t"); con.register("v", lambda *p, **k: p[0])
'''


def test_no_mutation_of_a_file_raises() -> None:
    random.seed(7)
    tokens = SAMPLE.split(" ")
    for _ in range(1000):
        text = mutated(SAMPLE) if random.random() < 0.5 else " ".join(shuffled(tokens))
        reading = read_python("models/c.py", text, {**LIBRARY, "q.sql": "select {{ x }} from 'a"}.get, READER)
        msgspec.json.encode(reading)


def mutated(text: str) -> str:
    for _ in range(random.randint(1, 6)):
        at, length = random.randrange(len(text)), random.randint(0, 4)
        text = (
            text[:at]
            + "".join(random.choices("\"'(){}[]:=,.*%\n \x00é0afn", k=random.randint(0, 3)))
            + text[at + length :]
        )
    return text


def shuffled(words: list[str]) -> list[str]:
    words = list(words)
    for _ in range(random.randint(1, 4)):
        first, second = random.randrange(len(words)), random.randrange(len(words))
        words[first], words[second] = words[second], words[first]
    return words


def test_deep_and_endless_code_ends() -> None:
    deep = "x = " + "+".join(["'a'"] * 5000)
    assert read(deep).assets == ()
    endless = (
        "@asset\ndef t(context):\n"
        + "".join(f"{'    ' * (i + 1)}for x{i} in range(50):\n" for i in range(12))
        + "    " * 13
        + "context.execute('select 1')\n"
    )
    (asset,) = read(endless).assets
    assert asset.unresolved
    recursive = "def f(n): return f(n) + g(n)\ndef g(n): return f(n)\n@asset\ndef t(context): context.execute(f('a'))\n"
    assert [asset.name for asset in read(recursive).assets] == ["t"]


def test_a_reading_survives_a_cache() -> None:
    reading = read(SAMPLE, LIBRARY)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=PythonReading) == reading


def test_an_argument_that_does_nothing_yet_is_told_unless_it_says_nothing() -> None:
    code = """
        @asset(retry_policy=RetryPolicy(), partitions_def=None, retries=1, kinds={"python"})
        def t():
            return 1
    """
    assert problems(code) == [("W223", "models/c.py:3:21")]


# annotations

TYPES = """
import pandas as pd
from typing import Any, Dict, List, Optional, TypedDict
Frame = pd.DataFrame
Rows = list[dict]
MaybeRows = Optional[List[Dict[str, Any]]]
class Row(TypedDict):
    id: int
class Orders(pd.DataFrame): ...
class TableStats: ...
class DataFrame: ...
"""


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        *((each, "table") for each in ("PDF", "p.DataFrame", "t.Frame", "MyRows", "t.MaybeRows", "list[t.Row]")),
        *((each, "table") for each in ("t.Orders", "typing.List[typing.Dict]", "Output[PDF]", "lazy.DataFrame")),
        *((each, "table") for each in ("'PDF'", "typing.Optional['PDF']", "None | t.Frame", "An[PDF, 'note']")),
        *((each, "table") for each in ("typing.Iterator[Output[PDF]]", "DataFrame")),
        *((each, "object") for each in ("t.TableStats", "t.DataFrame", "Stats", "dict[str, PDF]", "tuple[PDF, PDF]")),
        *((each, "object") for each in ("list", "list[int]", "int", "PDF | int", "p.Series")),
        *((each, "any") for each in ("Output", "object", "typing.Any", "their.OrdersFrame", "typing.Iterator[Output]")),
        *((each, "none") for each in ("None", "'None'")),
    ],
)
def test_an_annotation_means_what_its_names_come_from(annotation: str, kind: str) -> None:
    code = f"""
        import typing, models.types as t, theirs as their
        import pandas as p
        from pandas import DataFrame as PDF
        from typing import Annotated as An
        from models.types import Rows as MyRows, TableStats as Stats
        if typing.TYPE_CHECKING:
            import polars as lazy
        @asset
        def made() -> {annotation}: ...
    """
    (made,) = read(code, {"models/types.py": TYPES}).assets
    assert made.returns == kind


# names that are not there


def test_a_name_that_assetc_does_not_have_is_told_where_it_stands() -> None:
    code = """
        import assetc as dg
        from assetc import RetryPolicy, asset as made, AssetKy
        @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
        def a(): ...
    """
    told = [(problem.code, problem.message, str(problem.span)) for problem in read(code).problems][:3]
    assert told == [
        ("E117", "assetc has no RetryPolicy", "models/c.py:4:20"),
        ("E117", "assetc has no AssetKy", "models/c.py:4:48"),
        ("E117", "assetc has no DailyPartitionsDefinition", "models/c.py:5:26"),
    ]
    assert [problem.hint for problem in read(code).problems][1] == "Did you mean AssetKey?"


def test_a_name_for_whose_absence_a_file_is_prepared_is_no_fault() -> None:
    assert problems("try:\n    from assetc import RetryPolicy\nexcept ImportError:\n    RetryPolicy = None") == []
    assert problems("import assetc\npolicy = assetc.RetryPolicy() if hasattr(assetc, 'RetryPolicy') else None") == []


@pytest.mark.parametrize(
    ("start", "decorator"),
    [("import dagster as dg", "@dg.asset"), ("from dagster import multi_asset", "@multi_asset(outs={})")],
)
def test_a_file_whose_assets_are_dagsters_is_told_once(start: str, decorator: str) -> None:
    code = f"{start}\n{decorator}\ndef a(): ...\n{decorator}\ndef b(): ...\n"
    reading = read_python("models/c.py", code, {}.get, READER)
    assert [(problem.code, str(problem.span)) for problem in reading.problems] == [("W253", "models/c.py:1:1")]
    assert reading.problems[0].hint == f"To make them yours: {start.replace('dagster', 'assetc')}"
    assert read_python("models/c.py", "import dagster\njob = dagster.job", {}.get, READER).problems == ()
