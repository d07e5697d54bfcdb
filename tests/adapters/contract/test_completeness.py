"""Every case is for every adapter, but for those that are said to be impossible, with a reason."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from contract_target import IMPOSSIBLE, TARGETS

CASE = re.compile(r"::(?P<test>\w+)(?:\[(?P<parameters>.*)\])?$")
AT_LEAST = 140


def cases() -> dict[str, set[str]]:
    """The cases that pytest finds for each adapter, without its name."""
    folder = str(Path(__file__).parent)
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", folder]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found: dict[str, set[str]] = defaultdict(set)
    for line in listed.splitlines():
        case = CASE.search(line)
        target, _, rest = (case["parameters"] or "").partition("-") if case else ("", "", "")
        if case and target in TARGETS:
            found[target].add(case["test"] + (f"[{rest}]" if rest else ""))
    return found


def test_what_is_run_and_what_is_impossible_is_the_same_for_all() -> None:
    found = cases()
    every = set().union(*found.values())
    assert len(every) >= AT_LEAST
    assert {name: every - found[name] for name in TARGETS} == {name: set(told) for name, told in IMPOSSIBLE.items()}
    assert {name: (len(found[name]), len(IMPOSSIBLE[name])) for name in TARGETS} == {
        "duckdb": (len(every), 0),
        "postgres": (len(every) - 2, 2),
    }
