"""A program that a test kills: many builds of every kind, resumed by what the ledger says.

Arguments: adapter, folder. Prints a line for each step that it carries out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from contract_target import Target, numbers, open_target

ROUNDS = 12
STRATEGIES = {
    "append": {},
    "replaced": {"unique_key": ("id",), "incremental_strategy": "delete+insert"},
    "merged": {"unique_key": ("id",), "incremental_strategy": "merge"},
}


def carry_out(target: Target) -> None:
    """All rounds; a step that the ledger holds is left out."""
    seed = target.write("seed.csv", "id,word\n1,fig\n2,lime\n")
    for number in range(ROUNDS):
        rows = f"select {number} + n - 1 as id, {number} as round from {numbers(50)}"
        target.run("table", rows)
        target.run("view", f"select count(*) as n from {target.name('table')}", materialized="view")
        target.run("seed", seed, materialized="seed")
        target.run("python", [{"id": number, "word": "fig"}])
        target.run("changing", "select 1 as x", materialized="table" if number % 2 else "view")
        done = set(target.ledger_entries())
        for name, settings in STRATEGIES.items():
            step = f"{name} {number}"
            if step not in done:
                target.run(name, rows, materialized="incremental", step_id=step, **settings)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with open_target(sys.argv[1], Path(sys.argv[2])) as opened:
        carry_out(opened)
    sys.stdout.write("done\n")
