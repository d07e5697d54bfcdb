"""The acceptance programs: small projects with their expected results.

`assets.md` is the specification, `more.md` holds further programs about its rows; `ASSETC_ACCEPTANCE_CASES` names
another file of the same form in place of both. What belongs to a part that is not built yet is listed
in `LATER`, with the part.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import Projects

OWN = [Path(__file__).with_name(name) for name in ("assets.md", "more.md")]
GIVEN = os.environ.get("ASSETC_ACCEPTANCE_CASES")
FILES = [Path(GIVEN)] if GIVEN else OWN
BLOCK = re.compile(r"^```python (?P<tag>compat|seed|proj) (?P<id>\w+)\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)

LATER = {
    "B25": "column analysis",
    "B26": "the Snowflake adapter",
    "Z05": "assetc mv",
}
SECTIONS_NOW = "ABCZ"
ALREADY = frozenset({"D10", "G08", "J13", "J14", "K05", "K07", "N11", "U07"})
"""Programs of later sections that need only what is built."""


def programs() -> Iterator[tuple[str, str]]:
    for match in BLOCK.finditer("\n".join(file.read_text(encoding="utf-8") for file in FILES)):
        is_now = match["id"][0] in SECTIONS_NOW or match["id"] in ALREADY
        if match["tag"] == "proj" and is_now and match["id"] not in LATER:
            yield match["id"], match["code"]


@pytest.mark.parametrize(("name", "code"), list(programs()), ids=lambda value: value if len(value) < 5 else "")
def test_acceptance_of_a_project(name: str, code: str, tmp_path: Path) -> None:
    program = tmp_path / f"{name}.py"
    program.write_text(f"from assetc import *\n{code}", encoding="utf-8")
    names = {"P": Projects(tmp_path), "__name__": f"program_{name}"}
    exec(compile(program.read_text(encoding="utf-8"), program, "exec"), names)
