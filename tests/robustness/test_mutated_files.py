"""Mutated files through `ls`: no traceback, no hang, an exit code that means something, and every place in its file.

ASSETC_MUTATED says how many files (1,000). ASSETC_MUTATED_FROM is the number of the first batch.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from folder import Folder
from mutations import DBT, NATIVE, load_snippets, mutate

from assetc.cli.main import main
from assetc.cli.text.problems import problem_lines
from assetc.cli.text.text import plain
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.project.documents.read_text import read_text
from assetc.project.load import LoadRequest
from assetc.runtime.workspace import NotOpened, OpenRequest, open_workspace

FILES = int(os.environ.get("ASSETC_MUTATED", "1000"))
FIRST = int(os.environ.get("ASSETC_MUTATED_FROM", "0"))
BATCH = 100
SECONDS = 20
SNIPPETS = load_snippets()


class TooSlow(BaseException):
    """A file kept the compiler busy for too long; nothing may catch this."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("ASSETC_", "DBT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("batch", range(FIRST, FIRST + max(1, FILES // BATCH)))
def test_mutated_files(here: Path, batch: int) -> None:
    chance = random.Random(batch)
    project = dict(NATIVE if batch % 2 else DBT)
    folder = Folder(here).write(project)
    done = 0
    while done < BATCH:
        chosen = chance.sample(sorted(project), chance.choice([1, 1, 1, 2, 5]))
        mutated = {path: mutate(path, project[path], SNIPPETS, chance) for path in chosen}
        folder.write(mutated)
        try:
            with time_limit():
                check_commands(chance.choice([20, 80, 160]), compiles=chance.random() < 0.25)
                check_problems(here)
        except BaseException as fault:
            raise AssertionError(f"batch {batch}, after {done} files: {mutated}") from fault
        folder.write({path: project[path] for path in chosen})
        done += len(chosen)


@pytest.mark.parametrize("number", range(FIRST, FIRST + max(2, FILES // 50)))
def test_mutated_files_in_a_process_of_its_own(here: Path, number: int) -> None:
    chance = random.Random(f"process {number}")
    project = dict(NATIVE if number % 2 else DBT)
    chosen = chance.sample(sorted(project), 3)
    folder = Folder(here).write({**project, **{path: mutate(path, project[path], SNIPPETS, chance) for path in chosen}})
    said = folder.assetc("ls", HOME=str(here))
    assert said.code in (0, 2), said.err


def check_commands(width: int, *, compiles: bool) -> None:
    os.environ["COLUMNS"] = str(width)
    code, said = called(lambda: main(["ls"]))
    assert code in (0, 2), said
    assert code == 0 or "error" in said, said
    if compiles:
        code, said = called(lambda: main(["compile"]))
        assert code in (0, 2), said


def called(work: Callable[[], int]) -> tuple[int, str]:
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = work()
    err.seek(0)
    return code, err.read()


def check_problems(root: Path) -> None:
    opened = open_workspace(OpenRequest(root, LoadRequest(environment=dict(os.environ))))
    if not isinstance(opened, NotOpened):
        opened.close()
    for problem in opened.diagnostics:
        check_diagnostic(root, problem)


def check_diagnostic(root: Path, problem: Diagnostic) -> None:
    assert problem.message and "\n" not in problem.message, problem
    for span in filter(None, (problem.span, *(note.span for note in problem.related))):
        check_span(root, span, problem)
    for width in (20, 80, 160):
        for line in problem_lines(problem, lambda path: text_of(root, path), width):
            assert "\n" not in plain(line) and "\x1b" not in plain(line)


def check_span(root: Path, span: Span, problem: Diagnostic) -> None:
    """A place is in its file, and its line and column are those of its start."""
    text = text_of(root, span.path)
    if text is None:
        assert (
            problem.code == "E125"
            or not (root / span.path).is_file()
            or span.start == span.end == 0
            or not_utf8(root, span.path)
        ), problem
        return
    assert 0 <= span.start <= span.end <= len(text), (problem, len(text))
    if span.end == 0:
        return  # the file as a whole, or one of its lines
    before = text[: span.start]
    assert (span.line, span.column) == (before.count("\n") + 1, len(before) - before.rfind("\n")), problem


def not_utf8(root: Path, path: str) -> bool:
    return isinstance(read_text(str(root), path), Diagnostic)


def text_of(root: Path, path: str) -> str | None:
    text = read_text(str(root), path)
    return text if isinstance(text, str) else None


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
