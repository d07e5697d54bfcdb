"""The programs of section 1 of the acceptance file that need only definitions and `materialize()`, and more of them."""

import os
import re
from pathlib import Path

import pytest

GIVEN = os.environ.get("ASSETC_ACCEPTANCE_CASES")
OWN = [Path(__file__).parents[1] / "acceptance" / name for name in ("assets.md", "more.md")]
FILES = [Path(GIVEN)] if GIVEN else OWN
BLOCK = re.compile(r"^```python (?:compat|seed) (?P<id>\w+)\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
ELSEWHERE = {
    "D01",
    "E01",
    "E02",
    "E05",
    "E07",
    "E08",
    "E10",
    "G01",
    "H01",
    "H02",
    "H04",
    "J07",
    "J08",
    "J10",
    "K01",
    "K02",
    "K04",
}


def programs() -> list[tuple[str, str]]:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    found = {match["id"]: match["code"] for match in BLOCK.finditer(text)}
    return sorted((name, code) for name, code in found.items() if name.startswith("A") or name[:3] in ELSEWHERE)


@pytest.mark.parametrize(("name", "code"), programs(), ids=lambda value: value if len(value) < 5 else "")
def test_a_program_of_the_acceptance_file_holds(name, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    program = compile(f"from assetc import *\n{code}", f"<{name}>", "exec")
    exec(program, {"__name__": f"program_{name}"})
    assert list(tmp_path.iterdir()) == []
