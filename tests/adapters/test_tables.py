"""Conversion between Arrow streams and frames, which works without pyarrow except for its own tables."""

from __future__ import annotations

import subprocess
import sys
import textwrap

PROGRAM = """
    import sys
    sys.modules["pyarrow"] = None
    import duckdb
    import pandas as pd
    from assetc.adapters.tables import arrow_stream, frames_of

    class Stream:
        def __init__(self, rows):
            self.rows = rows
        def __arrow_c_stream__(self, requested_schema=None):
            return self.rows.__arrow_c_stream__(requested_schema)

    for value in (pd.DataFrame({"id": [1, 2]}), [{"id": 1}, {"id": 2}], duckdb.sql("from (values (1), (2)) t(id)")):
        rows = frames_of(Stream(arrow_stream(value)))
        print(rows.frame("dicts"), list(rows.frame("pandas").id), rows.frame("duckdb").columns)
"""


def test_frames_become_streams_and_streams_frames_without_pyarrow() -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[{'id': 1}, {'id': 2}] [1, 2] ['id']"] * 3, done.stderr


def test_assets_that_are_executed_without_a_project_need_no_driver() -> None:
    program = "import sys; from assetc import asset, materialize; materialize([asset(name='a')(lambda: 1)]); "
    done = subprocess.run(
        [sys.executable, "-c", program + "print('duckdb' in sys.modules)"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr
