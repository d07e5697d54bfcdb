"""Which files a project has, and how they are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import Settings
from assetc.project.discover import discover
from assetc.project.documents.read_text import read_text


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")


def found(root: Path, settings: Settings | None = None) -> list[tuple[str, str]]:
    return [(file.path, file.kind) for file in discover(str(root), settings or Settings()).files]


def test_a_file_is_what_its_folder_says(tmp_path: Path) -> None:
    make(
        tmp_path,
        "defs.py",
        "models/a.sql",
        "models/b.PY",
        "models/deep/er/c.yml",
        "models/__pycache__/d.py",
        "models/.hidden.sql",
        "models/.git/e.sql",
        "models/f.md",
        "macros/g.sql",
        "seeds/h.csv",
        "seeds/i.sql",
        "snapshots/j.sql",
        "checks/k.sql",
        "checks/generic/l.sql",
        "other/m.sql",
    )
    assert found(tmp_path) == [
        ("checks/generic/l.sql", "macro"),
        ("checks/k.sql", "check"),
        ("defs.py", "definitions"),
        ("macros/g.sql", "macro"),
        ("models/a.sql", "model"),
        ("models/b.PY", "python"),
        ("models/deep/er/c.yml", "properties"),
        ("models/f.md", "docs"),
        ("seeds/h.csv", "seed"),
        ("snapshots/j.sql", "snapshot"),
    ]


def test_the_root_may_be_the_folder_of_models(tmp_path: Path) -> None:
    make(tmp_path, "a.sql", "b/c.sql", "target/d.sql", "macros/e.sql", "dbt_packages/x/models/f.sql")
    assert found(tmp_path, Settings(model_paths=(".",))) == [
        ("a.sql", "model"),
        ("b/c.sql", "model"),
        ("macros/e.sql", "macro"),
    ]


def test_links_are_followed_once(tmp_path: Path) -> None:
    make(tmp_path, "models/a/x.sql", "elsewhere/y.sql")
    (tmp_path / "models/a/loop").symlink_to(tmp_path / "models")
    (tmp_path / "models/0").symlink_to(tmp_path / "models/a")
    (tmp_path / "models/other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "models/dangling.sql").symlink_to(tmp_path / "nowhere")
    assert found(tmp_path) == [("models/a/x.sql", "model"), ("models/other/y.sql", "model")]
    (problem,) = discover(str(tmp_path), Settings()).problems
    assert (problem.code, problem.message) == (
        "E125",
        "models/dangling.sql cannot be read: it is a link to nothing",
    )


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    make(tmp_path, "models/a.sql")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/models/\xff.sql")).write_text("")
    discovery = discover(str(tmp_path), Settings())
    assert [file.path for file in discovery.files] == ["models/a.sql"]
    assert [problem.message for problem in discovery.problems] == [r"the name of models/\udcff.sql is not UTF-8"]


def test_a_file_where_a_folder_belongs(tmp_path: Path) -> None:
    make(tmp_path, "models")
    (problem,) = discover(str(tmp_path), Settings()).problems
    assert problem.message == "the folder models cannot be read: Not a directory"


def test_text_is_read_without_byte_order_mark_and_with_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"\xef\xbb\xbfselect 1;\r\n\xc3\xa9\n")
    assert read_text(str(tmp_path), "a.sql") == "select 1;\r\né\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"select 1\nselect '\xe9'", "a.sql:2:9 a.sql is not UTF-8 = It looks like another encoding; save it as UTF-8"),
        (b"\xff\xfes\x00", "a.sql:1:1 a.sql is not UTF-8 = It looks like UTF-16; save it as UTF-8"),
    ],
)
def test_text_in_another_encoding(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.sql").write_bytes(content)
    problem = read_text(str(tmp_path), "a.sql")
    assert isinstance(problem, Diagnostic)
    assert f"{problem.span} {problem.message} = {problem.hint}" == expected


@pytest.mark.parametrize("path", ["../secret.sql", "/etc/passwd", "link.sql", "a\0b"])
def test_nothing_outside_of_the_project_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "secret.sql").write_text("hush")
    (tmp_path / "shop/link.sql").symlink_to(tmp_path / "secret.sql")
    problem = read_text(str(tmp_path / "shop"), path)
    assert isinstance(problem, Diagnostic) and problem.code == "E125"
