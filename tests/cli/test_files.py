"""Files that assets read: sources whose content counts, wherever a command is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def files(shop):
    """A project whose assets read files below `data`."""
    (shop / "data" / "parts").mkdir(parents=True)
    (shop / "sub" / "data").mkdir(parents=True)
    (shop / "data" / "x.csv").write_text("id,n\n1,2\n")
    (shop / "sub" / "data" / "x.csv").write_text("id,n\n7,7\n")  # a trap: the project's folder counts
    (shop / "data" / "parts" / "a.csv").write_text("id\n1\n")
    for path, text in {
        "models/users.sql": "select 1 as id",
        "models/a.sql": "select * from read_csv('{{ var('file', './data//x.csv') }}')",
        "models/parts.sql": "select * from 'data/parts/*.csv'",
        "models/ephemeral.sql": "{{ config(materialized='ephemeral') }} select * from 'data/x.csv'",
        "models/over_ephemeral.sql": "select * from ephemeral",
        "models/v.sql": "{{ config(materialized='view') }} select * from 'data/x.csv'",
        "models/over_v.sql": "select * from v",
        "models/hooked.sql": "{{ config(pre_hook=\"create or replace temp table h as from 'data/x.csv'\") }} from h",
        "models/py.py": "from pathlib import Path\nfrom assetc import asset\n@asset\ndef lines() -> list[dict]:\n"
        "    return [{'line': each} for each in Path('data/x.csv').read_text().splitlines()]\n",
    }.items():
        (shop / path).write_text(text)
    return shop


def reasons(assetc) -> dict[str, str]:
    steps = assetc("plan --changed --json").json["steps"]
    return {step["asset"]: "; ".join(step["reasons"]) for step in steps if not step["reuse"]}


OF_X = {"a", "over_ephemeral", "v", "over_v", "hooked", "lines"}


def test_a_changed_file_makes_its_readers_stale_and_says_so(files, assetc):
    assert assetc("run").code == 0
    assert reasons(assetc) == {}
    (files / "data" / "x.csv").write_text("id,n\n1,3\n")
    found = reasons(assetc)
    assert found.keys() == OF_X
    assert all("data/x.csv changed" in reason for reason in found.values())
    assert assetc("run --changed").code == 0
    assert reasons(assetc) == {}
    assert assetc("show a --json").json == [{"id": 1, "n": 3}]


def test_a_touched_file_with_the_same_content_has_not_changed(files, assetc):
    assetc("run")
    os.utime(files / "data" / "x.csv", ns=(1, 1))
    assert reasons(assetc) == {}


def test_a_pattern_changes_with_its_files(files, assetc):
    assetc("run")
    added = files / "data" / "parts" / "b.csv"
    added.write_text("id\n2\n")
    assert reasons(assetc) == {"parts": "data/parts/*.csv changed"}
    added.unlink()
    assert reasons(assetc) == {}


def test_relative_paths_count_from_the_project_in_every_folder(files, assetc, monkeypatch):
    monkeypatch.chdir(files / "sub")
    assert assetc("run").code == 0
    assert assetc("show a --json").json == [{"id": 1, "n": 2}]
    assert assetc("show lines --json").json == [{"line": "id,n"}, {"line": "1,2"}]
    assert Path.cwd() == files / "sub"
    monkeypatch.chdir(files.parent)
    assert assetc(f"run --changed --project-dir {files.name}").code == 0
    assert assetc("retry --project-dir", files.name).code == 0


def test_a_missing_file_is_a_warning_at_its_place_with_the_nearest_name(files, assetc):
    (files / "models" / "wrong.sql").write_text("select *\nfrom 'data/X1.csv'")
    said = assetc("plan --select wrong")
    assert said.code == 0
    assert "W218" in said.err
    assert "models/wrong.sql:2:6" in said.err
    assert "Did you mean x.csv?" in said.err


def test_a_file_that_another_asset_writes_is_no_missing_one_and_an_edge(files, assetc):
    (files / "models" / "out.sql").write_text(
        "{{ config(post_hook=\"copy (select 1 as one) to 'data/o.csv'\") }} select 1"
    )
    (files / "models" / "in.sql").write_text("select * from 'data/o.csv'")
    said = assetc("run --select out in")
    assert (said.code, "W218" in said.err) == (0, False)
    assert assetc("ls --deps in").out.split() == ["file:data/o.csv", "out"]
    assert assetc("run --select out in").code == 0
    assert reasons(assetc).keys().isdisjoint({"out", "in"})


ODD = ("", "   ", "~", "~nobody/x", "/", ".", "..", "/**", "C:\\x.csv", "a\\u0000", "s3://", "[", "x" * 5000)


@pytest.mark.parametrize("path", ODD)
def test_no_path_is_a_traceback(files, assetc, path):
    (files / "models" / "odd.sql").write_text(f"select * from read_csv('{path}')")
    (files / "models" / "odd.py").write_text(f"from assetc import asset\n@asset\ndef odd_one():\n    open('{path}')\n")
    for line in ("ls --resource-type source", "plan --changed --select odd*"):
        said = assetc(line)
        assert said.code in (0, 2)
        assert "Traceback" not in said.err
        assert "internal" not in said.err


def test_what_a_url_holds_is_not_looked_at(files, assetc):
    (files / "models" / "far.sql").write_text("select * from read_csv('https://me:secret@example.org/x.csv?key=1')")
    (files / "models" / "far_too.sql").write_text("select * from 's3://bucket/*.parquet'")
    assert assetc("ls --resource-type source --select +far +far_too").out.split() == [
        "https://example.org/x.csv",
        "s3://bucket/*.parquet",
    ]
    assert assetc("ls --select s3://bucket/*.parquet+").out.split() == ["far_too"]
    assert assetc("lineage https://example.org/x.csv --json").json["down"] == ["far"]
