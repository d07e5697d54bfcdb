"""Diagnostics as text: places, carets, tabs, wide characters, long lines, and what must not reach a terminal."""

from __future__ import annotations

import pytest

from assetc.cli.text.problems import count_lines, problem_lines
from assetc.cli.text.text import plain, width_of
from assetc.compiler.diagnostic import Annotation, diagnostic
from assetc.compiler.place import file_span, span_of


def shown(text: str, word: str, width: int = 80, **facts: object) -> list[str]:
    start = text.index(word)
    span = span_of("models/x.sql", text, start, start + len(word))
    problem = diagnostic("E116", "column not found", span, **facts)  # type: ignore[arg-type]
    return [plain(each) for each in problem_lines(problem, {"models/x.sql": text}.get, width)]


def test_the_line_the_caret_the_label_and_the_hint():
    assert shown("select\n  nope,\n  b\nfrom t\n", "nope", label="not in t", hint="Did you mean note?") == [
        "error[E116]: column not found",
        " --> models/x.sql:2:3",
        "  |",
        "2 |   nope,",
        "  |   ^^^^ not in t",
        "  = hint: Did you mean note?",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("\tnope", "    nope"),
        ("a\tnope", "a   nope"),
        ("'数据', nope", "'数据', nope"),
        ("'e\u0301', nope", "'e\u0301', nope"),
        ("nope\r\nx", "nope"),
        ("'👍🏽', '👩\u200d💻', nope", "'👍🏽', '👩\u200d💻', nope"),
        ("'ไม่', '각', nope", "'ไม่', '각', nope"),
        ("名\t= nope", "名  = nope"),
        ("x = '\x1b[2J\x07', nope", "x = '␛[2J␇', nope"),
        ("-- \u202eevil, nope", "-- �evil, nope"),
    ],
)
def test_the_caret_stands_below_what_it_means(text, marked):
    _, _, _, line, caret, _ = shown(text, "nope")
    assert line == f"1 | {marked}"
    start = caret.index("^")
    assert caret[start:] == "^^^^"
    assert width_of(line.partition("nope")[0]) == start


@pytest.mark.parametrize("width", [30, 80, 160])
def test_a_long_line_is_cut_around_the_place(width):
    text = "select " + ", ".join(f"column_{index}" for index in range(2000)) + ", nope, " + "x, " * 500 + "y from t"
    _, _, _, line, caret, _ = shown(text, "nope", width)
    assert width_of(line) <= width and line.endswith("…") and "…" in line[:6]
    assert line[caret.index("^") :].startswith("nope")


def test_a_label_that_has_no_room_beside_the_caret_stands_below_it():
    label = "a label of some length"
    lines = shown("select " + "x" * 40 + ", nope from t", "nope", 70, label=label)
    assert lines[4:6] == ["  | " + " " * 49 + "^^^^", "  | " + " " * 44 + label]


def test_what_is_longer_than_the_window_is_marked_to_its_end():
    _, _, _, line, caret, _ = shown("select " + "x" * 500, "x" * 500, 60)
    assert width_of(line) <= 60 and width_of(caret) <= 60 and "^" in caret


def test_other_places_have_marks_of_their_own():
    a, b = "select * from b\n", "\n\nselect * from a\n"
    problem = diagnostic(
        "E103",
        "assets need each other",
        span_of("models/a.sql", a, 14, 15),
        label="a reads b",
        related=[Annotation(span_of("models/b.sql", b, 16, 17), "b reads a")],
    )
    texts = {"models/a.sql": a, "models/b.sql": b}
    assert [plain(each) for each in problem_lines(problem, texts.get, 80)] == [
        "error[E103]: assets need each other",
        " --> models/a.sql:1:15",
        "  |",
        "1 | select * from b",
        "  |               ^ a reads b",
        " ::: models/b.sql:3:15",
        "  |",
        "3 | select * from a",
        "  |               - b reads a",
        "",
    ]


def test_without_the_file_there_is_no_line():
    problem = diagnostic("W202", "unknown table\x1b[31m", file_span("models/gone.sql"), hint="one\ntwo")
    assert [plain(each) for each in problem_lines(problem, lambda path: None, 80)] == [
        "warning[W202]: unknown table␛[31m",
        " --> models/gone.sql:1:1",
        "  = hint: one",
        "          two",
        "",
    ]


def test_a_whole_file_is_meant_by_its_name_alone():
    problem = diagnostic("E117", "the file does not import", file_span("models/x.py"))
    assert len(list(problem_lines(problem, lambda path: "\n\n", 80))) == 3


def test_counts():
    problems = [diagnostic("E101", "a", file_span("x.sql")), diagnostic("W202", "c"), diagnostic("W202", "d")]
    assert [plain(each) for each in count_lines(problems)] == ["1 error, 2 warnings"]
    assert [plain(each) for each in count_lines([])] == []
