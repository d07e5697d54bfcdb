"""What the target held is believed while nobody wrote to it, and not a moment longer."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from assetc.adapters.protocol import ParsedOutput
from assetc.adapters.registry import find_adapter
from assetc.cli.main import main

SHOP = {
    "assetc.toml": 'name = "shop"\nprofile = "shop"\n',
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, "
    "attach: [{path: other.duckdb}]}}}",
    "models/orders.sql": "select 1 as id",
    "models/totals.sql": "select count(*) as total from orders",
    "models/beside.sql": "{{ config(database='other') }} select 1 as id",
}
KILLED = """
import os, sys, duckdb
connection = duckdb.connect("shop.duckdb")
connection.execute("set wal_autocheckpoint = '1TB'")
connection.execute("drop table totals")
os._exit(9)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop that is built, of which nothing is stale."""
    monkeypatch.chdir(tmp_path)
    for path, text in SHOP.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    duckdb.connect("other.duckdb").close()
    assert main(["run"]) == 0
    return tmp_path


@pytest.fixture
def built(capsys: pytest.CaptureFixture[str]) -> Callable[[], set[str]]:
    """What a further `run --changed` builds."""

    def call() -> set[str]:
        capsys.readouterr()
        assert main(["run", "--changed"]) == 0
        lines = capsys.readouterr().err.splitlines()
        return {line.split("]", 1)[1].split()[1] for line in lines if "] ok" in line}

    return call


def parsed(folder: Path, **fields: object) -> ParsedOutput:
    found = find_adapter("duckdb").parse(fields, str(folder))
    assert not isinstance(found, tuple)
    return found


def test_a_target_to_which_nobody_wrote_is_not_opened(shop: Path) -> None:
    program = "import sys; from assetc.cli.main import main; code = main(['run', '--changed']); print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert "3 reused" in done.stderr
    assert {"duckdb", "sqlglot", "jinja2"}.isdisjoint(done.stdout.split())


def test_a_table_that_somebody_dropped_is_built_again(shop: Path, built: Callable[[], set[str]]) -> None:
    with duckdb.connect("shop.duckdb") as connection:
        connection.execute("drop table totals")
    assert built() == {"totals"}
    assert built() == set()


def test_so_is_one_that_was_dropped_by_a_process_that_was_killed(shop: Path, built: Callable[[], set[str]]) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED], check=False).returncode == 9
    assert Path("shop.duckdb.wal").exists()
    assert built() == {"totals"}


def test_and_one_in_an_attached_database(shop: Path, built: Callable[[], set[str]]) -> None:
    with duckdb.connect("other.duckdb") as connection:
        connection.execute("drop table beside")
    assert built() == {"beside"}


def test_another_file_of_the_same_name_is_looked_into(shop: Path, built: Callable[[], set[str]]) -> None:
    Path("shop.duckdb").unlink()
    assert built() == {"orders", "totals"}


def test_what_was_remembered_and_cannot_be_read_is_asked_for_again(shop: Path, built: Callable[[], set[str]]) -> None:
    with closing(sqlite3.connect(".assetc/cache.sqlite")) as cache, cache:
        cache.execute("update facts set value = x'00'")
    assert built() == set()


def test_a_write_that_leaves_size_and_time_as_they_were_is_seen(tmp_path: Path) -> None:
    path, target = tmp_path / "w.duckdb", parsed(tmp_path, path="w.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table a (x int); create table b (x int)")
    found, before = path.stat(), target.stamp()
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table b")
        connection.execute("create table c (x int)")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert before is not None
    assert path.stat().st_mtime_ns == found.st_mtime_ns
    assert target.stamp() != before


@pytest.mark.parametrize(
    "fields",
    [{}, {"path": "gone.duckdb"}, {"path": "w.duckdb", "attach": [{"path": "x.db", "type": "sqlite"}]}],
    ids=["in memory", "no file", "attached from elsewhere"],
)
def test_what_cannot_be_told_has_no_stamp(tmp_path: Path, fields: dict[str, object]) -> None:
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    assert parsed(tmp_path, **fields).stamp() is None


def test_a_run_that_opened_the_target_ends_without_a_word_of_its_driver(shop: Path) -> None:
    """The driver tells at the end of a process which of its objects were not freed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, "-m", "assetc", "run", "--select", "orders"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "nanobind" not in done.stderr
