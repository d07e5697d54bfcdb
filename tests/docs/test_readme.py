"""The shell commands of the README are executed, in a copy of the checkout and an environment that is there already."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from doc_page import ROOT, read_page

LEFT_BEHIND = shutil.ignore_patterns(".*", "target", "logs", "build", "dist", "__pycache__", "node_modules")
SHELL = [block.text for block in read_page(ROOT / "README.md").blocks() if block.language == "sh"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make` takes for `.venv`: the programs of this environment, and the stamps of finished installations."""
    folder = tmp_path_factory.mktemp("venv")
    (folder / "bin").symlink_to(Path(sys.executable).parent)
    for stamp in ("demo", "test"):
        (folder / stamp).touch()
    return folder


def shell(script: str, folder: Path, environment: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASSETC_", "DBT_", "MAKE"))}
    paths = os.pathsep.join((str(environment / "bin"), os.environ.get("PATH", "")))
    return subprocess.run(
        ["/bin/sh", "-euc", script],
        cwd=folder,
        env={**clean, "PATH": paths, "HOME": str(environment), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_first_commands_are_those_that_everything_begins_with() -> None:
    assert SHELL[0] == "make demo\nmake test\n"
    assert SHELL[1].splitlines()[0] == "pip install ."


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> tuple[Path, str]:
    """A checkout after `make demo`, and what that said."""
    checkout = tmp_path_factory.mktemp("clone") / "assetc"
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=LEFT_BEHIND)
    done = shell(f"make demo VENV={environment}", checkout, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return checkout, done.stdout


def test_make_demo_builds_the_example(demo: tuple[Path, str]) -> None:
    checkout, told = demo
    assert (checkout / ".assetc" / "warehouse.duckdb").exists()
    assert "Try next:" in told


def test_what_make_demo_tells_to_try_works(demo: tuple[Path, str], environment: Path) -> None:
    checkout, told = demo
    commands = [line.strip() for line in told.partition("Try next:")[2].splitlines() if line.strip()]
    assert len(commands) >= 4
    for command in commands:
        done = shell(command, checkout, environment)
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_make_test_runs_the_checks(tmp_path: Path, environment: Path) -> None:
    """Only what it would do: it runs this very test."""
    done = shell(f"make -n test VENV={environment}", ROOT, environment)
    assert done.returncode == 0, done.stderr
    assert [word for word in ("ruff", "mypy", "pytest") if word in done.stdout] == ["ruff", "mypy", "pytest"]
    assert "pip install" not in done.stdout


def test_a_new_project_runs(tmp_path: Path, environment: Path) -> None:
    """All but the installation, which this environment has done."""
    script = SHELL[1].replace("pip install .\n", "")
    done = shell(script, tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "shop" / ".assetc" / "warehouse.duckdb").exists()


def test_ci_runs_the_same_command() -> None:
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
