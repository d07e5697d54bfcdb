"""What is installed is what is tracked: sdist, wheel from the sdist, and a first run from the installed files."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def call(*words: str | Path, cwd: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSETC_", "DBT_", "PYTHON"))}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**kept, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, which is built from the tracked files alone."""
    folder = tmp_path_factory.mktemp("packaging")
    tree = folder / "tree"
    tree.mkdir()
    tracked = call("git", "ls-files", "-z", "--cached", cwd=ROOT).split("\0")
    for name in filter(None, tracked):
        copy(ROOT / name, tree / name)
    call(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", folder, tree, cwd=folder)
    (sdist,) = folder.glob("assetc-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "sdist", filter="data")
    (unpacked,) = (folder / "sdist").iterdir()
    call(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, unpacked, cwd=folder)
    (built,) = folder.glob("assetc-*.whl")
    return built


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_file():
        target.write_bytes(source.read_bytes())


def test_the_wheel_holds_the_tracked_files_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    tracked = call("git", "ls-files", "-z", "assetc", cwd=ROOT).split("\0")
    assert sorted(names) == sorted(name for name in tracked if name and (ROOT / name).is_file())
    for kind in ("assetc/py.typed", "assetc/__init__.pyi", "assetc/errors/E101.md", "assetc/cli/main.py"):
        assert kind in names
    assert any(name.startswith("assetc/cli/") and name.endswith(".sql") for name in names), "the template of init"


def test_what_is_installed_makes_and_runs_a_project(wheel: Path, tmp_path: Path) -> None:
    installed, work = tmp_path / "installed", tmp_path / "work"
    work.mkdir()
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile")
    call(*pip, "--target", installed, wheel, cwd=work)
    assetc = (sys.executable, "-m", "assetc")
    where = call(sys.executable, "-c", "import assetc; print(assetc.__file__)", cwd=work, PYTHONPATH=str(installed))
    assert where.strip() == str(installed / "assetc" / "__init__.py")
    call(*assetc, "init", "shop", cwd=work, PYTHONPATH=str(installed))
    assert "built" in call(*assetc, "run", cwd=work / "shop", PYTHONPATH=str(installed))
    assert "E101" in call(*assetc, "explain", "E101", cwd=work, PYTHONPATH=str(installed))
