"""Several processes on one project: all finish, and nobody hears of a lock that is not named."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable

from conftest import Make

LAYERS = 6


def answers(processes: Iterable[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    told = [(process, *process.communicate(timeout=300)) for process in processes]
    for _, _, err in told:
        assert "Traceback" not in err and "database is locked" not in err, err
    return [(process.returncode, err) for process, _, err in told]


def sixty_models() -> dict[str, str | bytes]:
    """Six layers of ten models, of which each reads two of the layer before."""
    files: dict[str, str | bytes] = {}
    for layer in range(LAYERS):
        for number in range(10):
            upstream = [f"select n from m{layer - 1}_{(number + step) % 10}" for step in (0, 3)]
            sql = " union all ".join(upstream) if layer else f"select {number} as n"
            files[f"models/m{layer}_{number}.sql"] = sql
    return files


def test_four_runs_at_once(make: Make) -> None:
    shop = make({f"models/m{number}.sql": "select 1 as x" for number in range(5)})
    told = answers([shop.start("run") for _ in range(4)])
    assert [code for code, _ in told] == [0] * 4, told
    assert [row["status"] for row in shop.assetc("runs", "list", "--json").json] == ["success"] * 4
    assert shop.query("select count(*) from information_schema.tables where table_name like 'm_'") == [(5,)]


def test_listing_and_showing_while_a_run_writes(make: Make) -> None:
    slow = "select count(*) as n from range(400000000) where hash(range) = 1"
    shop = make({**sixty_models(), "models/slow.sql": slow})
    assert shop.assetc("run", "--exclude", "slow").code == 0
    with shop.start("run") as run:
        assert run.stderr is not None
        while " start: " not in (text := run.stderr.readline()):
            assert text, "the run ended"
        shown = answers([shop.start("ls"), shop.start("show", "m0_3", "--json"), shop.start("plan")])
        err = run.stderr.read()
    assert run.returncode == 0, err
    assert [code for code, _ in shown] == [0, 0, 0], shown


def test_sixty_models_twice_in_eight_threads(make: Make) -> None:
    shop = make(sixty_models())
    for _ in range(2):
        said = shop.assetc("run", "--threads", "8")
        assert said.code == 0 and "60 built" in said.err, said.err
    for number in range(10):
        assert shop.query(f"select count(*) from main.m{LAYERS - 1}_{number}") == [(2 ** (LAYERS - 1),)]
