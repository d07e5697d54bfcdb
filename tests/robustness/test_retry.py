"""`retry` goes on as the run began: with its variables, and building anew what it built anew."""

from __future__ import annotations

from conftest import Make

BROKEN = "select error('not yet') as x from first"


def test_the_variables_of_the_run_are_those_of_its_rest(make: Make) -> None:
    shop = make({"models/first.sql": "select 1 as x", "models/last.sql": BROKEN})
    assert shop.assetc("run", "--vars", "{day: monday}").code == 1
    shop.write({"models/last.sql": "select '{{ var('day', 'none') }}' as day from first"})
    assert shop.assetc("retry").code == 0
    assert shop.query("from main.last") == [("monday",)]


def test_what_was_to_be_built_anew_is(make: Make) -> None:
    append = "{{ config(materialized='incremental', incremental_strategy='append') }} "
    shop = make({"models/first.sql": "select 1 as x", "models/last.sql": append + "select x from first"})
    assert shop.assetc("run").code == 0
    shop.write({"models/last.sql": append + BROKEN})
    assert shop.assetc("run", "-xf").code == 1
    assert shop.assetc("retry").code == 1
    shop.write({"models/last.sql": append + "select 2 as x from first"})
    assert shop.assetc("retry").code == 0
    assert shop.query("from main.last") == [(2,)]
