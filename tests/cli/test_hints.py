"""A hint that names a command is carried out: afterwards what was wanted works."""

from __future__ import annotations

import re

import pytest

PROJECTS = {
    "native": {"assetc.toml": 'name = "shop"\n'},
    "dbt": {
        "dbt_project.yml": "name: shop\nprofile: shop\n",
        "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}",
    },
}
FILES = {
    "seeds/raw_customers.csv": "id,name\n1,Ann\n",
    "seeds/raw_cities.csv": "city\nOslo\n",
    "models/stg_customers.sql": "select * from {{ ref('raw_customers') }}",
    "models/inlined.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('raw_cities') }}",
    "models/customers.sql": "select * from {{ ref('stg_customers') }} cross join {{ ref('inlined') }}",
    "models/asks.sql": "{% if execute %}{% set n = run_query('select 1') %}{% endif %} select 1 as id",
    "models/shop.yml": "models: [{name: customers, columns: [{name: id, data_tests: [unique]}]}]",
}
WANTED = [
    "run --select stg_customers",
    "run --select customers",
    "build --select customers",
    "test --select customers",
    "show raw_customers",
    "show customers",
    "show unique_customers_id",
    "show --inline {{ref('customers')}}",
    "retry",
]
COMMANDS = re.compile(r"assetc (?=[a-z])([^,;\n`(]+)")


@pytest.fixture(params=PROJECTS)
def project(request, shop):
    for path in [*shop.rglob("*")]:
        if path.is_file():
            path.unlink()
    for path, text in {**PROJECTS[request.param], **FILES}.items():
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_text(text)
    return shop


@pytest.mark.parametrize("wanted", WANTED)
def test_after_the_command_of_a_hint_it_works(assetc, project, wanted):
    wanted = wanted.replace("{{ref('customers')}}", "select*from{{ref('customers')}}")
    told = assetc(wanted)
    for _ in range(3):  # there may be one thing missing behind another
        if told.code == 0:
            break
        hints = "\n".join(line for line in told.err.splitlines() if "hint:" in line)
        command = COMMANDS.search(hints)
        assert command, told.err
        assert assetc(command[1]).code == 0, command[1]
        told = assetc(wanted)
    assert told.code == 0, told.err


def test_a_source_is_not_to_be_built(assetc, shop):
    told = assetc("run --select users")
    assert told.code == 1 and "crm/users is a source, which nothing here builds" in told.err
    assert "assetc" not in next(line for line in told.err.splitlines() if "hint" in line)
