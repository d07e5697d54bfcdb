"""What files hold: a version for each file, folder and pattern."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetc.project import file_contents
from assetc.project.file_contents import MISSING, UNSEEN, FileContents
from assetc.project.memory.cache import Cache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "a.csv").write_text("a")
    (tmp_path / "data" / "deep" / "b.csv").write_text("b")
    return tmp_path


def version(root: Path, address: str) -> str:
    return FileContents(str(root), Cache.open(None)).version(address)


def test_a_folder_and_a_pattern_are_their_files(root: Path) -> None:
    addresses = ("data", "data/**/*.csv", "data/*.csv")
    before = [version(root, each) for each in addresses]
    (root / "data" / "deep" / "b.csv").write_text("c")
    after = [version(root, each) for each in addresses]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True]
    (root / "data" / ".hidden").write_text("h")
    assert version(root, "data") == after[0]
    (root / "data" / "a.csv").rename(root / "data" / "z.csv")
    assert version(root, "data") != after[0]


def test_what_is_not_there_and_what_cannot_be_seen(root: Path) -> None:
    (root / "empty").mkdir()
    assert version(root, "data/none.csv") == MISSING
    assert version(root, "empty") not in (MISSING, UNSEEN)
    assert version(root, "s3://bucket/x.csv") == UNSEEN
    assert version(root, "data/[a].csv") == version(root, "data/a.csv")
    (root / "data" / "[a].csv").write_text("its name is a pattern")
    assert version(root, "data/[a].csv") != version(root, "data/a.csv")


def test_a_link_to_a_folder_above_is_followed_once(root: Path) -> None:
    (root / "data" / "up").symlink_to(root, target_is_directory=True)
    assert version(root, "data") != MISSING


def test_an_unchanged_file_is_read_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    hash_of = file_contents._hash_of
    monkeypatch.setattr(file_contents, "_hash_of", lambda path: read.append(Path(path).name) or hash_of(path))
    cache = Cache.open(root / "cache.sqlite")
    for _ in range(2):
        contents = FileContents(str(root), cache)
        contents.version("data")
        contents.keep()
        cache.save()
    assert sorted(read) == ["a.csv", "b.csv"]
    (root / "data" / "a.csv").write_text("more")
    FileContents(str(root), cache).version("data")
    assert read[2:] == ["a.csv"]
