"""The files of `assetc compile`: always as the project says, and written only when they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assetc.cli.main import main

SHOP = {
    "assetc.toml": 'name = "shop"\n[models]\nschema = "core"\n',
    "models/orders.sql": "select 1 as id, '{{ env_var('SHOP_COUNTRY', 'it') }}' as country",
    "models/totals.sql": "select count(*) as total from orders",
    "models/schema.yml": "models: [{name: orders, columns: [{name: id, data_tests: [unique, positive]}]}]",
    "macros/tests.sql": "{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} <= "
    "{{ env_var('SHOP_LEAST', '0') }}{% endtest %}",
}
COMPILED = Path("target/compiled/shop")
YESTERDAY = 1_700_000_000.0


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the compiled files, of a shop that was compiled once."""
    monkeypatch.chdir(tmp_path)
    for path, text in SHOP.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert main(["compile"]) == 0
    return tmp_path / COMPILED


def written_by(shop: Path, *arguments: str) -> list[str]:
    """The files that a further `assetc compile` writes, all having been left alone since it was last called."""
    files = list(shop.rglob("*.sql"))
    before = {path: (path.stat().st_mtime_ns, path.read_text()) for path in files}
    assert main(["compile", *arguments]) == 0
    after = {path: (path.stat().st_mtime_ns, path.read_text()) for path in shop.rglob("*.sql")}
    return sorted(path.name for path, found in after.items() if before.get(path) != found)


def test_nothing_is_written_twice(shop: Path) -> None:
    assert written_by(shop) == []


def test_an_edit_writes_the_file_of_that_model(shop: Path) -> None:
    Path("models/totals.sql").write_text("select count(*) as many from orders -- all of them")
    assert written_by(shop) == ["totals.sql"]
    assert (shop / "models/totals.sql").read_text().startswith("select count(*) as many from ")


def test_a_file_that_is_gone_or_that_somebody_changed_is_written_again(shop: Path) -> None:
    (shop / "models/orders.sql").unlink()
    (shop / "models/totals.sql").write_text("select 'by hand'")
    assert written_by(shop) == ["orders.sql", "totals.sql"]
    assert "by hand" not in (shop / "models/totals.sql").read_text()
    assert written_by(shop) == []


def test_a_new_place_of_an_asset_is_written_where_it_is_read(shop: Path) -> None:
    text = Path("assetc.toml").read_text()
    Path("assetc.toml").write_text(text.replace("core", "kern"))
    assert "totals.sql" in written_by(shop)
    assert '"kern"."orders"' in (shop / "models/totals.sql").read_text()


def test_a_variable_of_the_environment_that_a_model_reads(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_COUNTRY", "de")
    assert written_by(shop) == ["orders.sql"]


def test_a_variable_of_the_environment_that_only_a_test_reads(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_LEAST", "5")
    assert [name for name in written_by(shop) if "positive" not in name] == []
    assert any("<= 5" in path.read_text() for path in (shop / "checks").iterdir())


def test_another_command_in_between_hides_no_edit(shop: Path) -> None:
    Path("models/totals.sql").write_text("select sum(id) as total from orders")
    assert main(["ls"]) == 0
    assert written_by(shop) == ["totals.sql"]


def test_what_was_not_selected_is_written_when_it_is(shop: Path) -> None:
    Path("models/orders.sql").write_text("select 2 as id")
    Path("models/totals.sql").write_text("select min(id) as total from orders")
    assert written_by(shop, "--select", "totals") == ["totals.sql"]
    assert written_by(shop) == ["orders.sql"]


def test_an_old_time_does_not_matter(shop: Path) -> None:
    for path in shop.rglob("*.sql"):
        os.utime(path, (YESTERDAY, YESTERDAY))
    assert len(written_by(shop)) == 4
    assert written_by(shop) == []
