"""Small parts of the command line: words, several values, the log file, tables, completion."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetc.cli.options.completing import names_near
from assetc.cli.options.options import spread
from assetc.cli.progress.log_file import LogFile
from assetc.cli.text.json_text import encoded
from assetc.cli.text.table import Table, table_lines, widths_of
from assetc.cli.text.text import cut, cut_before_end, padded, plain, printable, width_of
from assetc.cli.text.words import duration, plural, quantity

texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=40).map(printable)


@given(texts, st.integers(1, 30))
def test_a_cut_text_fits(text, width):
    assert width_of(cut(text, width)) <= width
    assert width_of(cut_before_end(text, width)) <= width
    assert width_of(padded(text, width)) == width


@given(st.text())
def test_printable_text_moves_no_cursor(text):
    assert not any(
        (ord(character) < 32 and character != "\t") or ord(character) == 127 for character in printable(text)
    )


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("orders", 10, "orders"),
        ("marketing/touchpoints_by_channel", 20, "marke…nts_by_channel"),
        ("数据数据数据数据", 9, "数…据数据"),
    ],
)
def test_of_a_long_key_the_end_tells_most(text, width, expected):
    assert cut_before_end(text, width) == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.42, "0.42 s"),
        (12.44, "12.4 s"),
        (99.97, "1 min 40 s"),
        (185, "3 min 05 s"),
        (7620, "2 h 07 min"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_quantities():
    assert [quantity(number) for number in (0, 999, 18_204, 1_200_331, 4_310_000_000)] == [
        "0",
        "999",
        "18,204",
        "1.20 M",
        "4.31 G",
    ]
    assert [plural(1, "row"), plural(2, "row"), plural(3, "query")] == ["1 row", "2 rows", "3 queries"]


@pytest.mark.parametrize(
    ("given_words", "expected"),
    [
        ("--select a b c -x", "--select a --select b --select c -x"),
        ("-s a b --exclude c d", "-s a -s b --exclude c --exclude d"),
        ("-s a --target dev name", "-s a --target dev name"),
        ("--select=a b", "--select=a b"),
        ("-s a -- b c", "-s a -- b c"),
        ("-s", "-s"),
    ],
)
def test_several_values(given_words, expected):
    assert " ".join(spread(given_words.split(), {"--select", "-s", "--exclude"})) == expected


def test_the_log_file_makes_room_for_itself(tmp_path):
    path = tmp_path / "logs" / "assetc.log"
    with closing(LogFile(path, most_bytes=100, most_files=3)) as log:
        for number in range(45):
            log.write(f"line {number:04}")
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["assetc.log", "assetc.log.1", "assetc.log.2"]
    assert all(file.stat().st_size <= 110 for file in files)
    kept = "".join(file.read_text() for file in reversed(files))
    assert kept.endswith("line 0044\n") and kept.startswith("line 00")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    with closing(LogFile(tmp_path / "logs" / "assetc.log")) as log:
        log.write("lost")


def shown(table: Table, room: int | None) -> list[str]:
    return [plain(each) for each in table_lines(table, widths_of(table, room))]


def test_a_table():
    rows = [(1, "Ada", None, 2.5), (20, "x" * 70, True, 10.0)]
    assert shown(Table(("id", "name", "flag", "amount"), rows), None) == [
        "id  name" + " " * 56 + "  flag  amount",
        "──  " + "─" * 60 + "  ────  ──────",
        " 1  Ada" + " " * 57 + "           2.5",
        "20  " + "x" * 59 + "…  True    10.0",
    ]
    assert shown(Table(("n",), []), 80) == ["n", "─"]


def test_a_missing_value_is_no_text():
    rows = [(None, "", "NULL", b"\x00\xff")]
    assert shown(Table(("a", "b", "c", "d"), rows, missing="NULL"), 80)[-1].split() == ["NULL", "'NULL'", r"\x00ff"]
    assert shown(Table(("a", "b", "c", "d"), rows), 80)[-1].split() == ["NULL", r"\x00ff"]


def test_where_there_is_no_room_texts_are_cut_and_then_columns_left_out():
    table = Table(
        ("id", "path", "name", "n"), [(1, "models/marts/orders.sql", "数据数据数据数据", 12_345)], keeps_end=True
    )
    assert shown(table, 40)[-1] == " 1  mod…orders.sql  数…据数据数据  12345"
    assert len(widths_of(table, 24)) == 3


cells = st.one_of(st.none(), st.integers(-(10**6), 10**6), st.text(max_size=50), st.just("数据" * 9))


@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=4), st.sampled_from((40, 80)), st.booleans())
def test_a_table_is_never_wider_than_its_room(rows, room, keeps_end):
    table = Table(("first", "数据", "a rather long name of a column", "d"), rows, "NULL", keeps_end)
    widths = widths_of(table, room)
    assert len(widths) >= 1
    assert all(width_of(plain(each)) <= room for each in table_lines(table, widths))


NO_JSON = {
    "number": [float("nan"), float("inf"), -float("inf"), Decimal("NaN"), Decimal("12345678901234567890.10")],
    "time": (date(2024, 1, 1), datetime(2024, 1, 1, 10, tzinfo=UTC), timedelta(days=1)),
    "bytes": b"\x00\xff",
    3: {None: 2**100, "half": "a\ud800", "nested": [{"x": float("nan")}]},
}


def test_json_is_what_every_reader_takes():
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    text = encoded(NO_JSON)
    text.encode("utf-8")
    assert json.loads(text, parse_constant=refuse, parse_float=Decimal) == {
        "number": ["NaN", "Infinity", "-Infinity", "NaN", Decimal("12345678901234567890.10")],
        "time": ["2024-01-01", "2024-01-01 10:00:00+00:00", "1 day, 0:00:00"],
        "bytes": "\\x00ff",
        "3": {"None": 2**100, "half": "a?", "nested": [{"x": "NaN"}]},
    }


def test_names_to_complete_are_those_of_the_nearest_project(tmp_path):
    inner = tmp_path / "shop" / "models"
    inner.mkdir(parents=True)
    assert list(names_near(inner)) == []
    (tmp_path / "shop" / "assetc.toml").write_text("")
    (tmp_path / "shop" / ".assetc").mkdir()
    (tmp_path / "shop" / ".assetc" / "names").write_text("orders\nraw/orders\n")
    assert list(names_near(inner)) == ["orders", "raw/orders"]
    assert list(names_near(Path(tmp_path))) == []
