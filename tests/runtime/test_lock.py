"""One process at a time on a target: the second waits, or says who holds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assetc.adapters.protocol import Holder, Identity
from assetc.runtime.lock import TargetHeld, Wait, hold
from assetc.runtime.state.connection import StateError

DEV = Identity("duckdb", "/data/dev.duckdb", "dev", "main")
PROD = Identity("duckdb", "/data/prod.duckdb", "prod", "main")

HOLDER = """
import sys
from pathlib import Path
from assetc.adapters.protocol import Identity
from assetc.runtime.lock import Wait, hold
with hold(Path(sys.argv[1]), Wait(Identity("duckdb", "/data/dev.duckdb", "dev", "main"), 5, lambda _: None)):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(folder), "--select", "a b"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def unexpected(holder: Holder | None) -> None:
    raise AssertionError(f"waits for {holder}")


def test_the_second_process_is_told_who_holds_the_target(tmp_path: Path) -> None:
    with (
        another_process(tmp_path) as process,
        pytest.raises(TargetHeld) as caught,
        hold(tmp_path, Wait(DEV, 0, unexpected)),
    ):
        pass
    told = caught.value.diagnostic
    assert told.code == "E193"
    assert f"another run holds duckdb /data/dev.duckdb: PID {process.pid}, started " in told.message
    assert "--select 'a b'" in told.message


def test_it_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    waited: list[Holder | None] = []
    with another_process(tmp_path) as process:
        assert process.stdin is not None
        stdin = process.stdin

        def let_go(holder: Holder | None) -> None:
            waited.append(holder)
            stdin.write("\n")
            stdin.flush()

        with hold(tmp_path, Wait(DEV, None, let_go)):
            assert [holder.pid for holder in waited if holder] == [process.pid]


def test_a_process_that_dies_holds_nothing(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        process.kill()
        process.wait()
        with hold(tmp_path, Wait(DEV, 5, unexpected)):
            pass


def test_other_targets_and_other_runs_of_this_process_are_free(tmp_path: Path) -> None:
    other = Wait(PROD, 0, unexpected)
    with another_process(tmp_path), hold(tmp_path, other), hold(tmp_path, other):
        pass
    with hold(tmp_path, Wait(DEV, 5, unexpected)):
        pass


def test_a_lock_file_that_cannot_be_used_is_a_fault_of_the_state(tmp_path: Path) -> None:
    with hold(tmp_path, Wait(DEV, 0, unexpected)):
        (file,) = tmp_path.glob("run-*.sqlite")
    file.unlink()
    file.mkdir()
    (tmp_path / "file").touch()
    wait = Wait(DEV, 0, unexpected)
    for folder in (tmp_path, tmp_path / "file"):
        with pytest.raises(StateError, match=r"the lock file .* cannot be used"), hold(folder, wait):
            pass
