"""What a run looks like: each form of output at the end of a run, and the live view in the middle of one.

The pictures lie in `pictures/`; ACCEPT=1 writes them anew, and a person looks at the difference.
"""

from __future__ import annotations

import io
import json
import os
import pty
import threading
from contextlib import closing
from pathlib import Path

import pytest
import streams

from assetc.cli.progress.dbt_lines import dbt_lines
from assetc.cli.progress.follow import Audience, follow
from assetc.cli.progress.json_lines import json_lines
from assetc.cli.progress.live_view import Screen, finished_line, live_lines
from assetc.cli.progress.log_file import LogFile
from assetc.cli.progress.plain import plain_lines
from assetc.cli.progress.progress import Progress, advance
from assetc.cli.progress.summary import Heading, heading_lines, summary_lines
from assetc.cli.text.output import Output
from assetc.cli.text.text import coloured, plain, width_of
from assetc.runtime.execution.events import RunStarted, StepFinished, StepsReused, ends_of

PICTURES = Path(__file__).parent / "pictures"
HEADING = Heading("shop", "dev", 412)


@pytest.fixture
def shown_to(tmp_path):
    """Shows the run to an output; the steps that ended."""

    def show(output: Output) -> list[StepFinished]:
        with closing(LogFile(tmp_path / "a.log")) as log:
            audience = Audience(output, log, HEADING, streams.read_text)
            return [end for event, _ in follow(streams.run(), audience) for end in ends_of(event)]

    return show


def check(name: str, lines: list[str]) -> None:
    """The picture of this name is the same."""
    path, text = PICTURES / name, "".join(f"{line.rstrip()}\n" for line in lines)
    if os.environ.get("ACCEPT"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def play(screen: Screen, *, fails: bool = True, until: float = 99.0) -> tuple[list, Progress]:
    """All lines that stay on the terminal, and the progress."""
    progress, lines = Progress(), []
    for event in streams.run(fails=fails, until=until):
        progress = advance(progress, event)
        if isinstance(event, RunStarted):
            lines += heading_lines(event, HEADING)
        if isinstance(event, StepFinished):
            lines += filter(None, [finished_line(event, progress, screen)])
    return lines, progress


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("fails", [True, False], ids=["failed", "done"])
def test_the_end_of_a_run(width, fails):
    lines, progress = play(Screen(width, 40), fails=fails)
    lines += summary_lines(progress, streams.read_text, width)
    assert max(width_of(plain(line)) for line in lines) <= width
    check(f"{'failed' if fails else 'done'}_{width}.txt", [plain(line) for line in lines])


@pytest.mark.parametrize("width", [80, 160])
def test_the_middle_of_a_run(width):
    lines, progress = play(Screen(width, 40), until=4.0)
    lines += live_lines(progress, streams.START + 4.2, Screen(width, 40))
    assert max(width_of(plain(line)) for line in lines) <= width
    check(f"live_{width}.txt", [plain(line) for line in lines])


@pytest.mark.parametrize("size", [(20, 3), (40, 10), (61, 24)])
def test_a_small_screen_is_enough(size):
    lines, progress = play(Screen(*size), until=4.0)
    live = list(live_lines(progress, streams.START + 4.2, Screen(*size)))
    finished = lines[3:]
    assert max(width_of(plain(line)) for line in [*finished, *live]) <= max(size[0], 40)


def test_a_terminal_that_knows_ascii_alone():
    lines, progress = play(Screen(80, 40, unicode=False), until=4.0)
    lines = [*lines[3:], *live_lines(progress, streams.START + 4.2, Screen(80, 40, unicode=False))]
    assert all(plain(line).replace("…", "").isascii() for line in lines)


@pytest.mark.parametrize("log_format", ["text", "json", "dbt"])
def test_a_run_without_a_terminal(shown_to, log_format, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    messages = io.StringIO()
    output = Output(io.StringIO(), messages, False, False, False, "info", log_format)
    shown_to(output)
    check(f"lines_{log_format}.txt", messages.getvalue().splitlines())


def test_steps_that_are_reused_at_once_have_a_line_each_in_formats_of_single_steps():
    event = StepsReused(streams.START, (streams.build("a", reuse=True), streams.build("b", reuse=True)))
    progress = advance(Progress(done=1, total=4), event)
    assert [plain(each)[10:17] for each in dbt_lines(event, progress)] == ["2 of 4 ", "3 of 4 "]
    assert [json.loads(each)["asset"] for each in json_lines(event, "1")] == ["a", "b"]
    assert (progress.done, progress.counts) == (3, {"reused": 2}) and not list(plain_lines(event, progress))


def test_json_lines_are_json(shown_to):
    messages = io.StringIO()
    output = Output(io.StringIO(), messages, False, False, False, "debug", "json")
    shown_to(output)
    events = [json.loads(line) for line in messages.getvalue().splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["run.start", "run.end"]
    failed = next(event for event in events if event["event"] == "asset.failed")
    assert failed["problem"]["code"] == "E116" and failed["problem"]["line"] == 3


def test_quiet_shows_failures_alone(shown_to, tmp_path):
    messages = io.StringIO()
    output = Output(io.StringIO(), messages, False, False, False, "error", "text")
    shown_to(output)
    text = messages.getvalue()
    assert "error[E116]" in text and "stg_orders 1.8 s" not in text and "run 9b20de41 start" not in text
    log = (tmp_path / "a.log").read_text()
    assert "stg_orders 1.8 s 18,204 rows" in log and "run 9b20de41 failed" in log


def test_secrets_are_masked_everywhere(shown_to, tmp_path):
    messages = io.StringIO()
    output = Output(io.StringIO(), messages, False, False, False, "info", "text", ("custmer_id",))
    shown_to(output)
    assert "custmer_id" not in messages.getvalue() + (tmp_path / "a.log").read_text()


def test_a_real_terminal_shows_the_run_and_is_left_clean(shown_to):
    leader, follower = pty.openpty()
    seen: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(leader, seen))
    reader.start()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal:
        output = Output(io.StringIO(), terminal, True, False, True, "info", "text")
        steps = shown_to(output)
    reader.join()
    text = b"".join(seen).decode()
    assert len(steps) == 11
    assert text.count("stg_orders ") >= 1 and "✕ Failed" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is shown again"


def _read_all(leader: int, seen: list[bytes]) -> None:
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen.append(chunk)
    os.close(leader)


def test_colours_are_codes_around_the_same_text():
    lines, _ = play(Screen(80, 40))
    for each in lines:
        text = coloured(each)
        for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"):
            text = text.replace(code, "")
        assert text == plain(each)
