"""What the system refuses: told as what it is, with the file that it is about."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from assetc.cli.progress.log_file import LogFile
from assetc.project.memory.cache import Cache
from assetc.runtime.state.connection import faults_of
from assetc.runtime.state.sqlite import State


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_compiled_files_that_cannot_be_written(assetc, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", full)
    said = assetc("compile --select orders")
    assert said.code == 1
    assert "error[E197]: target/compiled/shop/models/orders.sql cannot be used: No space left on device" in said.err


def test_a_folder_where_a_file_should_be(assetc, shop):
    (shop / "target").write_text("no folder")
    said = assetc("compile --select orders")
    assert (said.code, "E197" in said.err) == (1, True)


def test_a_log_that_cannot_be_written_is_left_out_and_told_of(assetc, shop):
    (shop / "logs").write_text("no folder")
    said = assetc("run --select +orders")
    assert said.code == 0
    assert "the log logs/assetc.log is not complete: File exists" in said.err


def test_a_full_log_says_so(tmp_path):
    log = LogFile(tmp_path / "full.log")
    log._path = Path("/dev/full")
    log.write("text")
    assert "No space left" in log.fault


def test_a_cache_that_cannot_be_written_keeps_what_it_knows(tmp_path):
    """A full disk is noticed when the rows are committed: they are not lost."""
    cache = Cache.open(tmp_path / "cache.sqlite")
    cache._connection.execute("pragma max_page_count = 8")
    cache.keep("kind", "path", os.urandom(100_000))
    cache.save()
    assert cache.get("kind", "path") is not None
    cache.close()


def test_a_state_that_is_full_in_the_middle_of_a_run(assetc, shop, monkeypatch):
    """Each thread notices; it is told once, without a traceback."""
    for number in range(8):
        (shop / "models" / f"few_{number}.sql").write_text(f"select {number} as x")
    assert assetc("run --select few_*").code == 0

    def fails(*_: object) -> None:
        with faults_of("the state file"):
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(State, "end_steps", fails)
    said = assetc("run --select few_*")
    assert said.code == 2
    assert said.err.count("error[E192]: the state file cannot be used: database or disk is full") == 1
    assert "Traceback" not in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_project(assetc, shop):
    shop.chmod(0o555)
    said = assetc("run")
    shop.chmod(0o755)
    assert (said.code, "E192" in said.err) == (2, True)
