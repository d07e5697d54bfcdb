"""A command is stopped by faults of what it works on, and by no others: those are counted."""

from __future__ import annotations

import re

import pytest

FAULTY = {
    "models/broken.sql": "select (1 as id from",
    "models/inlined.sql": "{{ config(materialized='ephemeral') }} select (1 as id from",
    "models/reader.sql": "select * from inlined",
    "models/unknown.py": "from assetc import asset\n@asset\ndef a(: pass\n",
    "models/more.yml": "models: [{name: users, data_tests: [nonsense]}, {name: broken, columns: {}}]\n",
    "checks/wrong.sql": "select * from {{ ref('nobody') ",
    "seeds/empty.csv": "a,b\n1,2\n",
    "seeds/seeds.yml": "seeds: [{name: empty, config: {column_typos: 1}}]\n",
    "macros/alone.sql": "{% macro alone( %}{% endmacro %}",
}


@pytest.fixture
def faulty(assetc, shop):
    for path, text in FAULTY.items():
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_text(text)
    return assetc


def places_in(text: str) -> set[str]:
    """The files of the faults that are shown."""
    return set(re.findall(r"-->? ([\w/]+\.\w+)", text))


OTHERS = re.compile(r"^\d+ errors( and \d+ warnings?)? in .*: assetc compile shows them$", re.MULTILINE)

STOPPED_BY_NOTHING = (
    ("run -s +orders", 0),
    ("build -s +orders", 0),
    ("seed -s raw_orders", 0),
    ("test -s customers", 0),
    ("plan -s orders", 0),
    ("run -s users", 1),  # its source is not there: it was tried
    ("show raw_orders", 0),
    ("show --inline select(1)", 0),
    ("asset list -s orders", 0),
    ("asset show orders", 0),
    ("checks list -s orders", 0),
    ("lineage orders", 0),
    ("explain orders customers", 0),
    ("runs list", 0),
    ("debug", 0),
    ("compile -s orders", 0),
    ("ls -s orders", 0),
)


def test_faults_of_others_stop_nothing(faulty):
    faulty("seed -s raw_orders")
    for line, code in STOPPED_BY_NOTHING:
        told, command = faulty(line), line.split()[0]
        assert told.code == code, (line, told.err)
        if command in ("compile", "ls"):
            assert {"models/broken.sql", "models/unknown.py", "checks/wrong.sql"} <= places_in(told.err)
        else:
            assert places_in(told.err) & {*FAULTY} == set(), line
            assert OTHERS.search(told.err) or command == "runs", line


STOPPED_BY = (
    ("run -s broken", {"models/broken.sql", "models/more.yml"}),
    ("run -s reader", {"models/inlined.sql"}),
    ("test -s users", {"models/more.yml"}),
    ("build -s users", {"models/more.yml"}),
    ("seed", {"seeds/seeds.yml"}),
    ("test", {"models/more.yml", "models/unknown.py", "checks/wrong.sql", "macros/alone.sql"}),
    ("orphans", {"models/unknown.py"}),
    ("orphans --drop", {"models/unknown.py"}),
)


def test_its_own_faults_stop_a_command_and_are_all_that_it_shows(faulty):
    for line, places in STOPPED_BY:
        told = faulty(line)
        assert (told.code, places_in(told.err)) == (2, places), line


def test_a_run_of_everything_is_not_stopped_by_checks(assetc, shop):
    (shop / "models" / "users.sql").unlink()
    (shop / "checks").mkdir()
    (shop / "checks" / "wrong.sql").write_text("select * from {{ ref('nobody') ")
    (shop / "models" / "more.yml").write_text("models: [{name: customers, data_tests: [nonsense]}]")
    told = assetc("run")
    assert told.code == 0
    assert "2 errors in files that assetc run does not need: assetc compile shows them" in told.err
    assert assetc("build").code == 2
    assert assetc("compile").code == 2


def test_what_is_read_upstream_may_be_faulty_if_its_table_is_there(assetc, shop):
    assert assetc("run -s +customers").code == 0
    (shop / "models" / "orders.sql").write_text("select (1 from")
    assert assetc("run -s customers").code == 0
    assert assetc("test -s orders").code == 0, "the check asks the table, which is there"
    stopped = assetc("run -s +customers")
    assert stopped.code == 2 and "concerns orders" in stopped.err


def test_what_cannot_be_left_out_is_not_offered(faulty):
    assert "--exclude" in faulty("run").err
    assert "--exclude" not in faulty("show reader").err
