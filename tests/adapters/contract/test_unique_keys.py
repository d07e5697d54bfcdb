"""Unique keys that are NULL, repeated, or name no column."""

from __future__ import annotations

import pytest
from contract_target import Target
from msgspec.structs import replace

from assetc.adapters.protocol import Refused

DELETE, MERGE = "delete+insert", "merge"


def settings(strategy: str, *key: str, **more: object) -> dict[str, object]:
    return {"materialized": "incremental", "incremental_strategy": strategy, "unique_key": key, **more}


def refusal(target: Target, sql: str, **given: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        target.run("t", sql, step_id="refused", **given)
    return refused.value.diagnostic.code, refused.value.diagnostic.message


ROWS = "select * from (values (1, 'a'), (2, 'b')) as v (id, word)"
WITH_NULL = "select * from (values (1, 'a'), (null, 'b'), (null, 'c')) as v (id, word)"
REPEATED = "select * from (values (3, 'a'), (3, 'b'), (4, 'c')) as v (id, word)"


@pytest.mark.parametrize("strategy", [DELETE, MERGE])
def test_null_in_a_key_is_refused_at_every_run(target: Target, strategy: str) -> None:
    said = ("E196", "unique_key `id` is NULL in 2 of the new rows of `t`")
    assert refusal(target, WITH_NULL, **settings(strategy, "id")) == said
    assert target.kinds() == {}
    target.run("t", ROWS, step_id="one", **settings(strategy, "id"))
    assert refusal(target, WITH_NULL, **settings(strategy, "id")) == said
    assert refusal(target, WITH_NULL, **settings(strategy, "ID"))[0] == "E196"
    assert target.table("t") == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("strategy", [DELETE, MERGE])
def test_so_is_null_in_one_part_of_it(target: Target, strategy: str) -> None:
    said = "unique_key `word`, `id` is NULL in 2 of the new rows of `t`"
    assert refusal(target, WITH_NULL, **settings(strategy, "word", "id"))[1] == said


def test_so_is_an_expression_that_is_null(target: Target) -> None:
    said = "unique_key `id + 1` is NULL in 2 of the new rows of `t`"
    assert refusal(target, WITH_NULL, **settings(DELETE, "id + 1"))[1] == said


def test_a_key_of_several_new_rows_is_refused_by_a_merge_alone(target: Target) -> None:
    said = ("E196", "unique_key `id` is repeated in the new rows of `t`: 1 of its values")
    assert refusal(target, REPEATED, **settings(MERGE, "id")) == said
    target.run("t", ROWS, step_id="one", **settings(MERGE, "id"))
    assert refusal(target, REPEATED, **settings(MERGE, "id")) == said
    for step in ("two", "three"):
        target.run("t", REPEATED, step_id=step, **settings(DELETE, "id"))
    assert target.table("t") == [(1, "a"), (2, "b"), (3, "a"), (3, "b"), (4, "c")]


def test_without_a_key_nothing_is_asked(target: Target) -> None:
    target.run("t", WITH_NULL, materialized="incremental", incremental_strategy=MERGE, step_id="one")
    assert len(target.table("t")) == 3


def test_an_append_does_not_use_the_key(target: Target) -> None:
    target.run("t", WITH_NULL, step_id="one", **settings("append", "id"))
    assert len(target.table("t")) == 3


@pytest.mark.parametrize("strategy", [DELETE, MERGE])
def test_a_dbt_project_writes_the_rows_as_dbt_does(target: Target, strategy: str) -> None:
    for step in ("one", "two"):
        build = target.build("t", WITH_NULL, step_id=step, **settings(strategy, "id"))
        target.perform(replace(build, guards_rows=False))
    assert target.table("t") == [(1, "a"), *[(None, "b")] * 2, *[(None, "c")] * 2]


@pytest.mark.parametrize("strategy", [DELETE, MERGE])
def test_a_key_that_is_no_column_is_told_at_the_first_run(target: Target, strategy: str) -> None:
    said = refusal(target, ROWS, **settings(strategy, "key"))
    assert said == ("E173", "unique_key names `key`, which the query of `t` does not return")


@pytest.mark.parametrize("setting", ["merge_update_columns", "merge_exclude_columns"])
def test_columns_of_a_merge_that_are_none(target: Target, setting: str) -> None:
    given = settings(MERGE, "id", **{setting: ("wrd",)})
    said = refusal(target, ROWS, **given)
    assert said == ("E173", f"{setting} names `wrd`, which the query of `t` does not return")
