"""SIGKILL at random points of many builds: nothing is lost, doubled or left behind."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from contract_target import TARGETS, Target, open_target
from kill_steps import ROUNDS, carry_out

KILLS = int(os.environ.get("ASSETC_KILLS", "10"))
ASSETS = ("append", "changing", "merged", "python", "replaced", "seed", "table", "view")


def content(target: Target) -> dict[str, object]:
    tables = {name: target.table(name) for name in ASSETS}
    return {"kinds": target.kinds(), "ledger": sorted(target.ledger_entries()), **tables}


def start(name: str, folder: Path) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("kill_steps.py")
    places = (Path.cwd(), script.parent, script.parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
    return subprocess.Popen(
        [sys.executable, str(script), name, str(folder)], stdout=subprocess.PIPE, text=True, env=environment
    )


def kill_within(process: subprocess.Popen[str], chance: random.Random) -> bool:
    """Kill the process after some of its rounds; whether it was killed before it was done."""
    with process:
        assert process.stdout is not None
        for _ in range(chance.randrange(1, ROUNDS)):
            process.stdout.readline()
        time.sleep(chance.random() * 0.05)
        process.kill()
        return "done" not in process.stdout.read()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_killed_run_is_resumed(name: str, tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    with open_target(name, tmp_path / "calm") as target:
        carry_out(target)
        expected = content(target)
    chance = random.Random(7)
    killed = 0
    while killed < (KILLS if name == "duckdb" else KILLS // 2):  # a server needs a new database each time
        folder = tmp_path / f"killed{killed}"
        folder.mkdir()
        for _ in range(3):
            killed += kill_within(start(name, folder), chance)
            with open_target(name, folder) as target:
                assert not [found for found in target.kinds() if "__assetc" in found]
        with open_target(name, folder) as target:
            carry_out(target)
            assert content(target) == expected
