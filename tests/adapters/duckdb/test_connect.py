"""Opening a DuckDB target: what is wrong with it is said in the user's words."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from assetc.adapters.duckdb.adapter import adapter
from assetc.adapters.protocol import Existing, Identity, ParsedOutput, Statement, Warehouse, WarehouseError
from assetc.definitions.relation import Relation


def parsed(folder: Path, **fields: object) -> ParsedOutput:
    found = adapter.parse(fields, str(folder))
    assert not isinstance(found, tuple)
    return found


def refusal(folder: Path, **fields: object) -> WarehouseError:
    with pytest.raises(WarehouseError) as refused:
        parsed(folder, lock_timeout=0, **fields).connect()
    return refused.value


def scalar(warehouse: Warehouse, sql: str) -> object:
    return warehouse.session().query(sql)[1][0][0]


HOLD = """
    import duckdb, sys
    connection = duckdb.connect(sys.argv[1])
    print("held", flush=True)
    sys.stdin.read({limit})
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD).format(limit=""), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_file_names_the_process_that_holds_it(tmp_path: Path) -> None:
    with holder(tmp_path / "w.duckdb") as process:
        error = refusal(tmp_path, path="w.duckdb")
        process.communicate("")
    assert re.fullmatch(rf"python[\d.]* \(PID {process.pid}\) holds w.duckdb", error.message)
    assert "lock_timeout" in error.hint
    assert error.transient


def test_a_held_file_is_waited_for(tmp_path: Path) -> None:
    script = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(0.5)"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "w.duckdb")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        warehouse = parsed(tmp_path, path="w.duckdb", lock_timeout=60).connect()
        warehouse.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.duckdb").write_text("not a database, but long enough to be read as a header" * 500)
    error = refusal(tmp_path, path="notes.duckdb")
    assert error.message.startswith("notes.duckdb cannot be opened: ")
    assert error.hint == "give the path of a DuckDB database file"


def test_a_missing_folder_is_not_created(tmp_path: Path) -> None:
    error = refusal(tmp_path, path="dta/w.duckdb")
    assert error.message == "the folder of the database file dta/w.duckdb does not exist"
    assert not (tmp_path / "dta").exists()


def test_our_own_folder_is_created(tmp_path: Path) -> None:
    parsed(tmp_path, path=".assetc/warehouse.duckdb").connect().close()
    assert (tmp_path / ".assetc" / "warehouse.duckdb").is_file()


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").mkdir()
    assert refusal(tmp_path, path="w.duckdb").message == "the database file w.duckdb is a folder"


@pytest.mark.parametrize("field", ["secrets", "plugins", "is_ducklake"])
def test_what_is_not_supported_says_so(tmp_path: Path, field: str) -> None:
    assert refusal(tmp_path, **{field: ["x"]}).message == f"`{field}` of a duckdb target is not supported yet"
    assert "MotherDuck" in refusal(tmp_path, path="md:shop").message


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert "memory_limt" in refusal(tmp_path, settings={"memory_limt": "1GB"}).message
    parsed(tmp_path, path="w.duckdb").connect().close()  # the refused connection holds no lock


@pytest.mark.parametrize(
    ("file", "database"),
    [("w.duckdb", "w"), ("a.b.duckdb", "a"), ("x y.db", "x y"), ("temp.duckdb", "temp_db"), ("ü", "ü")],
)
def test_the_database_is_named_after_the_file(tmp_path: Path, file: str, database: str) -> None:
    fields = {"path": file}
    target = parsed(tmp_path, **fields)
    assert target.identity.database == database
    warehouse = target.connect()
    assert scalar(warehouse, "select current_database()") == database
    warehouse.close()


def test_another_name_for_the_database_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, path="w.duckdb", database="shop")
    assert error.message == "the database of w.duckdb is named `w`, not `shop`"


def test_memory_is_the_default(tmp_path: Path) -> None:
    assert parsed(tmp_path).identity == Identity("duckdb", ":memory:", "memory", "main")
    warehouse = parsed(tmp_path).connect()
    warehouse.session().execute(Statement("create view v as select 1 as x"))
    assert warehouse.existing() == (Existing(Relation("memory", "main", "v"), "view"),)
    warehouse.close()


def test_the_identity_is_the_resolved_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    identity = parsed(tmp_path, path="link/w.duckdb", schema="dev").identity
    assert str(identity) == f"duckdb {tmp_path / 'w.duckdb'} w.dev"


def test_settings_schema_and_attached_databases(tmp_path: Path) -> None:
    duckdb.connect(tmp_path / "other.duckdb").execute("create table t as select 7 as x").close()
    fields = {
        "path": "w.duckdb",
        "schema": "dev",
        "settings": {"memory_limit": "1GB", "preserve_insertion_order": False},
        "attach": [{"path": "other.duckdb", "alias": "o", "read_only": True}],
        "extensions": ["json"],
    }
    warehouse = parsed(tmp_path, **fields).connect()
    assert scalar(warehouse, "select x from o.main.t") == 7
    assert scalar(warehouse, "select current_schema()") == "main"
    warehouse.create_schemas([Relation(None, None, "any")])
    assert scalar(warehouse, "select current_schema()") == "dev"
    assert scalar(warehouse, "select current_setting('preserve_insertion_order')") is False
    assert Existing(Relation("o", "main", "t"), "table") in warehouse.existing()
    warehouse.close()


def test_nothing_is_fetched_that_the_configuration_does_not_name(tmp_path: Path) -> None:
    warehouse = parsed(tmp_path).connect()
    with pytest.raises(WarehouseError, match="httpfs"):
        warehouse.session().query("select * from 's3://bucket/file.parquet'")
    warehouse.close()


def test_read_only(tmp_path: Path) -> None:
    parsed(tmp_path, path="w.duckdb").connect().close()
    warehouse = parsed(tmp_path, path="w.duckdb", read_only=True).connect()
    with pytest.raises(WarehouseError, match="read-only"):
        warehouse.session().execute(Statement("create table t as select 1"))
    warehouse.close()


def test_a_body_may_open_the_same_file(tmp_path: Path) -> None:
    warehouse = parsed(tmp_path, path="w.duckdb").connect()
    warehouse.session().execute(Statement("create table t as select 1 as x"))
    assert duckdb.connect(tmp_path / "w.duckdb").execute("select x from t").fetchall() == [(1,)]
    warehouse.close()


FILL = """
    import resource, sys
    from assetc.adapters.duckdb.adapter import adapter
    from assetc.adapters.protocol import Statement, WarehouseError
    warehouse = adapter.parse({"path": "w.duckdb"}, sys.argv[1]).connect()
    session = warehouse.session()
    session.execute(Statement("create table kept as select 1 as x"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
    try:
        session.execute(Statement("create table t as select random() as x from range(3000000)"))
    except WarehouseError as error:
        print(error.message.splitlines()[0])
        print(error.hint)
"""


def test_a_full_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILL), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "free some space on the disk, then run again", done.stdout + done.stderr
    warehouse = parsed(tmp_path, path="w.duckdb").connect()
    assert scalar(warehouse, "select x from kept") == 1
    assert len(warehouse.existing()) == 1
    warehouse.close()
