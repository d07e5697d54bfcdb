"""A small shop, and `assetc` on its command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import pytest

from assetc.cli.main import main

SHOP = {
    "assetc.toml": 'name = "shop"\n',
    "seeds/raw_orders.csv": "id,customer,amount\n1,ann,10\n2,bob,20\n3,ann,5\n",
    "models/orders.sql": "select id, customer, amount from raw_orders",
    "models/mart/customers.sql": "{{ config(tags=['nightly']) }} select customer, sum(amount) as total from orders"
    " group by 1 order by 1",
    "models/users.sql": "select * from crm.users",
    "models/shop.yml": "models: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n"
    "sources: [{name: crm, tables: [{name: users}]}]\n",
}


@dataclass
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder with the shop, in which commands run."""
    for name in list(os.environ):
        if name.startswith(("ASSETC_", "DBT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    for path, text in SHOP.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def assetc(shop, capsys):
    """`assetc("ls --json")`."""

    def call(line: str = "", *words: str) -> Said:
        capsys.readouterr()
        code = main([*line.split(), *words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
