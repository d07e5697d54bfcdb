"""Compiling again: how little is done when little has changed, and that the result is the one of a cold start."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from assetc.compiler.compilation import WorkDone
from assetc.project.load import LoadRequest
from assetc.project.memory.facts_memory import CachedMemory
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.opening import OpenRequest
from assetc.runtime.workspace import Workspace, open_workspace

NOTHING = WorkDone(read=0, parsed=0, derived=0)

CHAIN = {
    "assetc.toml": 'name = "shop"\n[vars]\nleast = 1\n',
    "models/orders.sql": "select id, customer, amount from raw.orders",
    "models/large.sql": "select * from orders where amount > {{ var('least') }}",
    "models/totals.sql": "select customer, sum(amount) as total from large group by customer",
    "models/schema.yml": "models: [{name: totals, columns: [{name: customer, data_tests: [unique]}]}]",
}


@contextmanager
def opened(root: Path, variables: Mapping[str, object] | None = None) -> Iterator[Workspace]:
    request = LoadRequest(environment={}, variables=variables or {})
    workspace = open_workspace(OpenRequest(root, request))
    assert isinstance(workspace, Workspace), workspace
    try:
        yield workspace
    finally:
        workspace.close()


def counts(root: Path, variables: Mapping[str, object] | None = None) -> WorkDone:
    with opened(root, variables) as workspace:
        return workspace.counts


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    for path, text in CHAIN.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert counts(tmp_path) == WorkDone(read=3, parsed=3, derived=3)
    return tmp_path


def test_nothing_is_done_when_nothing_changed(chain: Path) -> None:
    assert counts(chain) == NOTHING


def test_a_file_that_is_only_touched_is_not_parsed(chain: Path) -> None:
    for path in chain.glob("models/*"):
        os.utime(path, ns=(1, 1))
    assert counts(chain) == NOTHING
    assert counts(chain) == NOTHING


def test_a_comment_parses_one_file_and_derives_nothing(chain: Path) -> None:
    (chain / "models/orders.sql").write_text("-- what was ordered\n" + CHAIN["models/orders.sql"])
    assert counts(chain) == WorkDone(read=1, parsed=1, derived=0)


def test_an_expression_changes_its_own_model_alone(chain: Path) -> None:
    (chain / "models/orders.sql").write_text("select id, customer, amount * 2 as amount from raw.orders")
    assert counts(chain) == WorkDone(read=1, parsed=1, derived=1)


def test_a_new_column_reaches_those_who_take_it(chain: Path) -> None:
    """`large` takes all columns, `totals` names its own."""
    (chain / "models/orders.sql").write_text("select id, customer, amount, day from raw.orders")
    assert counts(chain) == WorkDone(read=1, parsed=1, derived=2)


def test_a_variable_concerns_those_who_read_it(chain: Path) -> None:
    assert counts(chain, {"least": 5}) == WorkDone(read=1, parsed=1, derived=1)
    assert counts(chain, {"least": 5}) == NOTHING
    assert counts(chain, {"most": 5, "least": 5}) == NOTHING


def test_a_property_file_parses_no_model(chain: Path) -> None:
    (chain / "models/schema.yml").write_text("models: [{name: totals, description: By customer}]")
    assert counts(chain) == NOTHING
    with opened(chain) as workspace:
        assert {asset.description for asset in workspace.graph.assets.values()} == {"", "By customer"}


def test_a_template_in_a_property_file_follows_its_variable(chain: Path) -> None:
    (chain / "models/schema.yml").write_text("models: [{name: totals, config: {group: \"{{ var('team', 'data') }}\"}}]")
    for team in ("data", "sales", "data"):
        with opened(chain, {"team": team}) as workspace:
            assert {str(key): asset.group for key, asset in workspace.graph.assets.items()}["totals"] == team


def test_an_edit_where_macros_say_where_assets_live(tmp_path: Path) -> None:
    """In a dbt project a name of the warehouse is what `generate_schema_name` has made of it."""
    macro = "{% macro generate_schema_name(name, node) %}gold{% endmacro %}"
    root, fresh = tmp_path / "project", tmp_path / "fresh"
    for path, text in {
        "dbt_project.yml": "name: shop\nprofile: shop\n",
        "profiles.yml": "shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}",
        "macros/names.sql": macro,
        "models/orders.sql": "select 1 as id, 2 as amount",
        "models/totals.sql": "select sum(amount) as total from gold.orders",
    }.items():
        _write(root, path, text)
    counts(root)
    _write(root, "models/totals.sql", "select id, sum(amount) as total from gold.orders group by id")
    shutil.copytree(root, fresh, ignore=shutil.ignore_patterns(".assetc"))
    with opened(fresh) as cold, opened(root) as again:
        assert outcome(again) == outcome(cold) and again.counts == WorkDone(read=1, parsed=1, derived=1)
        assert [str(edge.up) for edge in again.graph.edges] == ["orders"]


def test_what_is_known_of_a_hook_goes_with_it(chain: Path) -> None:
    """A hook is a piece of its asset's file: an edit replaces what was known, and nothing piles up."""
    path, text = chain / "models/totals.sql", CHAIN["models/totals.sql"]
    for number in range(4):
        path.write_text(f"{{{{ config(pre_hook='delete from raw.log where id = {number}') }}}}{text}")
        counts(chain)
        assert _pieces(chain) == {"totals pre-hook 0"}
    path.write_text(text)
    counts(chain)
    assert _pieces(chain) == set()


def _pieces(root: Path) -> set[str]:
    with closing(sqlite3.connect(root / ".assetc/cache.sqlite")) as cache:
        return {part for (part,) in cache.execute("select part from facts where part <> ''")}


EDITS_OF_ONE = {
    "a configuration of its own": (
        "models/large.sql",
        "{{ config(tags=['big']) }} select * from orders",
    ),
    "a fault": ("models/large.sql", "select * form orders"),
    "a name that nothing has": ("models/totals.sql", "select customer from missing"),
    "an edge more": ("models/totals.sql", "select customer from large join orders using (customer)"),
    "an edge less": ("models/totals.sql", "select 1 as customer"),
    "a source more": ("models/orders.sql", "select id, customer, amount from raw.orders join raw.days using (id)"),
    "another source": ("models/orders.sql", "select id, customer, amount from raw.lines"),
    "a configuration by relations": (
        "models/totals.sql",
        "{{ config(pre_hook='delete from ' ~ ref('orders') ~ this.name[:2]) }} select customer from large",
    ),
    "a fault in a hook": (
        "models/totals.sql",
        """{{ config(pre_hook=["{{ nope() }}", "from {{ ref('nope') }}"]) }} select customer from large""",
    ),
    "a hook": ("models/totals.sql", "{{ config(pre_hook='delete from orders') }} select customer from large"),
}


@pytest.mark.parametrize("name", EDITS_OF_ONE)
def test_an_edit_of_one_model_asks_for_nothing_of_the_others(
    chain: Path, tmp_path_factory: pytest.TempPathFactory, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same passes run over one text; what they find replaces what they found before, and goes when it is mended."""
    (path, text), fresh = EDITS_OF_ONE[name], tmp_path_factory.mktemp("fresh") / "project"
    for written in (text, CHAIN[path]):
        (chain / path).write_text(written)
        shutil.copytree(chain, fresh, ignore=shutil.ignore_patterns(".assetc"))
        with opened(fresh) as cold:
            expected = outcome(cold)
        with monkeypatch.context() as patched:
            patched.setattr(CachedMemory, "expect_all", _never)
            with opened(chain) as again:
                assert outcome(again) == expected
        shutil.rmtree(fresh)


def _never(_: CachedMemory) -> None:
    raise AssertionError("all texts were asked for")


# A larger project under random edits.

MODELS = 60
COLUMNS = ("id", "customer", "amount", "day", "status", "channel")


def _model(chance: random.Random, number: int) -> str:
    """A model that reads one or two others (or a table from outside): by name or by ref, with or without a star."""
    ups = chance.sample(range(max(0, number - 12), number), min(number, chance.choice((1, 2)))) if number > 5 else []
    names = [f"m{up:02}" if chance.random() < 0.7 else f"{{{{ ref('m{up:02}') }}}}" for up in ups] or ["raw.events"]
    columns = ", ".join(chance.sample(COLUMNS, 3))
    if len(names) == 2:
        return f"select a.{columns.split(', ')[0]}, b.* from {names[0]} as a join {names[1]} as b using (id)\n"
    wanted = chance.choice(
        ("*", columns, "*, {{ cents('amount') }} as euros", f"{columns}, {{{{ var('rate') }}}} as rate")
    )
    return f"select {wanted} from {names[0]}\n"


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def _generate(root: Path, chance: random.Random) -> None:
    _write(root, "assetc.toml", 'name = "shop"\n[vars]\nrate = 1\n[models.even]\nschema = "even"\n')
    _write(root, "macros/cents.sql", "{% macro cents(column) %}{{ column }} / 100{% endmacro %}\n")
    for number in range(MODELS):
        _write(root, f"models/{'even' if number % 2 == 0 else 'odd'}/m{number:02}.sql", _model(chance, number))
    entries = "".join(
        f"  - {{name: m{number:02}, columns: [{{name: id, data_tests: [unique]}}]}}\n" for number in (1, 7, 8)
    )
    _write(root, "models/schema.yml", f"models:\n{entries}")
    _edit_seed(root, chance)


Edit = Callable[[Path, random.Random], object]


def _some_model(root: Path, chance: random.Random) -> Path:
    readable = (path for path in sorted(root.glob("models/*/*.sql")) if b"\xff" not in path.read_bytes())
    return chance.choice(list(readable))


def _edit_expression(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(path.read_text().rstrip() + f" where {chance.choice(COLUMNS)} is not null\n")


def _add_column(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(
        path.read_text().replace("select ", f"select {chance.randrange(1000)} as extra{chance.randrange(9)}, ", 1)
    )


def _drop_column(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    head, comma, rest = path.read_text().partition(", ")
    path.write_text(f"select {rest}" if comma and head.startswith("select ") else head)


def _comment(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(f"-- note {chance.randrange(100)}\n{path.read_text()}")


def _break(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(path.read_text().replace(" from ", " form ", 1))


def _read_another(root: Path, chance: random.Random) -> None:
    """By name: one further up or further down, itself, one that there is not, or a table from outside."""
    path = _some_model(root, chance)
    other = chance.choice((f"m{chance.randrange(MODELS + 3):02}", "raw.events", f"raw.t{chance.randrange(4)}"))
    path.write_text(re.sub(r" from (\S+)", f" from {other}", path.read_text(), count=1))


def _configure(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    kind = chance.choice(("view", "table", "ephemeral", "tabel"))
    path.write_text(f"{{{{ config(materialized='{kind}') }}}}\n{path.read_text()}")


def _edit_several(root: Path, chance: random.Random) -> None:
    for _ in range(3):
        chance.choice((_edit_expression, _add_column, _read_another, _comment))(root, chance)


def _set_config(root: Path, chance: random.Random) -> None:
    """In place of what the model has: what concerns it alone, and what others see of it, too."""
    path = _some_model(root, chance)
    hook = f"pre_hook='delete from {{{{ ref(\"m{chance.randrange(MODELS):02}\") }}}} where id = {chance.randrange(9)}'"
    options = ("tags=['a']", hook, "alias='other'", "checks=['unique']", "deps=['m07']", "deps=['nothing']", "tegs=1")
    options += ("materialized='view'", "ignore_deps=['m03']", "inference='off'", "enabled=false", "schema='odd'")
    text = re.sub(r"\{\{ config\(.*?\) \}\}\n", "", path.read_text())
    path.write_text(f"{{{{ config({', '.join(chance.sample(options, chance.randrange(3)))}) }}}}\n{text}")


def _mend(root: Path, chance: random.Random) -> None:
    """All that was broken, and cannot be read."""
    for path in sorted(root.glob("models/*/*.sql")):
        text = path.read_bytes().replace(b"\xff", b"").decode()
        text = re.sub(r", '\{\{[^,]*\}\}' as told", "", text)
        path.write_text(text.replace(" form ", " from ").replace("{{ missing }}", "1"))


def _make_unreadable(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_bytes(path.read_bytes() + b"\xff")


def _call_a_macro_that_is_not_there(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(path.read_text().replace(" from ", ", {{ missing }} as broken from ", 1))


def _tell(root: Path, chance: random.Random) -> None:
    """Of itself, or of all others, in a model or in its hook."""
    path = _some_model(root, chance)
    itself = chance.choice(("model.schema", "model.config.materialized", "model.columns | length", "model.depends_on"))
    others = chance.choice(
        (
            "graph.nodes | length",
            "graph.nodes.values() | map(attribute='config.materialized') | join",
            "graph.nodes.values() | map(attribute='depends_on.nodes') | map('length') | sum",
        )
    )
    told = itself if chance.random() < 0.7 else others
    if chance.random() < 0.8:
        path.write_text(path.read_text().replace(" from ", f", '{{{{ {told} }}}}' as told from ", 1))
    else:
        hook = "{% if execute %}delete from {{ ref(graph.nodes.values() | map(attribute='name') | first) }}"
        path.write_text(f'{{{{ config(pre_hook="{hook} {{% endif %}}") }}}}\n{path.read_text()}')


def _read_outside(root: Path, chance: random.Random) -> None:
    """A table that nobody declares: who mentions it first may come and go."""
    path = _some_model(root, chance)
    path.write_text(f"with o as (select * from raw.t{chance.randrange(4)}) {path.read_text()}")


def _name_missing(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.write_text(re.sub(r" from (\S+)", " from {{ ref('m0') }}", path.read_text(), count=1))


def _edit_seed(root: Path, chance: random.Random) -> None:
    columns = ",".join(chance.sample(COLUMNS, 3))
    _write(root, "seeds/events.csv", f"{columns}\n1,2,{chance.randrange(9)}\n")


def _edit_check(root: Path, chance: random.Random) -> None:
    _write(root, "checks/some.sql", f"select * from m{chance.randrange(MODELS):02} where id < 0\n")


def _edit_python(root: Path, chance: random.Random) -> None:
    reads = f"m{chance.randrange(MODELS):02}"
    header = "from assetc import asset\n\n\n"
    body = f"@asset\ndef scored({reads}):\n    return {reads}\n"
    _write(root, "models/odd/scored.py", header + body)


def _rename(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    path.rename(path.with_stem(f"{path.stem}x"))


def _move(root: Path, chance: random.Random) -> None:
    path = _some_model(root, chance)
    folder = "odd" if path.parent.name == "even" else "even"
    path.rename(root / "models" / folder / path.name)


def _delete(root: Path, chance: random.Random) -> None:
    _some_model(root, chance).unlink()


def _add(root: Path, chance: random.Random) -> None:
    _write(root, f"models/odd/m{chance.randrange(MODELS, 99)}.sql", _model(chance, chance.randrange(6, MODELS)))


def _edit_macro(root: Path, chance: random.Random) -> None:
    body = chance.choice(("{{ column }} / 100", "{{ column }} / 100.0", "({{ column }} / 100", "{{ missing }}"))
    _write(root, "macros/cents.sql", f"{{% macro cents(column) %}}{body}{{% endmacro %}}\n")


def _edit_properties(root: Path, chance: random.Random) -> None:
    name = f"m{chance.randrange(MODELS):02}"
    kind = chance.choice(("view", "table", "ephemeral"))
    check = "{unique: {column_name: id}}"
    entry = f"{{name: {name}, config: {{materialized: {kind}}}, data_tests: [{check}]}}"
    _write(root, "models/schema.yml", f"models: [{entry}]\n")


def _edit_variable(root: Path, chance: random.Random) -> None:
    path = root / "assetc.toml"
    path.write_text(path.read_text().replace("rate = ", f"rate = {chance.randrange(1, 9)}", 1))


def _edit_schema(root: Path, chance: random.Random) -> None:
    path = root / "assetc.toml"
    path.write_text(path.read_text().replace('"even', f'"even{chance.randrange(9)}', 1))


EDITS: tuple[Edit, ...] = (
    _edit_expression,
    _add_column,
    _drop_column,
    _comment,
    _break,
    _read_another,
    _read_another,
    _edit_several,
    _configure,
    _set_config,
    _set_config,
    _mend,
    _mend,
    _make_unreadable,
    _call_a_macro_that_is_not_there,
    _tell,
    _tell,
    _read_outside,
    _read_outside,
    _name_missing,
    _edit_seed,
    _edit_check,
    _edit_python,
    _rename,
    _move,
    _delete,
    _add,
    _edit_macro,
    _edit_properties,
    _edit_variable,
    _edit_schema,
)


def outcome(workspace: Workspace) -> dict[str, Any]:
    """Everything that a compilation says, comparable between two folders."""
    compiler = SqlCompiler.of(workspace)
    models = [asset for asset in workspace.graph.assets.values() if asset.kind == "model"]
    return {
        "graph": workspace.graph,
        "columns": workspace.compilation.columns,
        "diagnostics": workspace.diagnostics,
        "written": workspace.compilation.written,
        "outside": workspace.compilation.outside,
        "order": [list(part) for part in (workspace.graph.assets, workspace.graph.sources, workspace.graph.upstream)],
        "sql": {str(asset.key): compiler.model(asset, incremental=False).sql for asset in models},
    }


def _make_dbt(root: Path) -> None:
    """The same as a dbt project, whose macros say where its models live."""
    (root / "assetc.toml").unlink()
    configured = "vars: {rate: 1}\nmodels: {shop: {even: {+schema: even}}}\n"
    _write(root, "dbt_project.yml", f"name: shop\nprofile: shop\n{configured}")
    _write(root, "profiles.yml", "shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}\n")
    schema = "{% macro generate_schema_name(name, node) %}{{ name or 'gold' }}{% endmacro %}"
    alias = "{% macro generate_alias_name(name, node) %}{{ name or node.name }}{% endmacro %}"
    _write(root, "macros/names.sql", schema + alias)


EDITS_OF_DBT = tuple(edit for edit in EDITS if edit not in (_edit_variable, _edit_schema, _edit_python))


@pytest.mark.parametrize(("seed", "kind"), [(0, "native"), (1, "native"), (2, "native"), (3, "native"), (0, "dbt")])
def test_compiling_again_gives_what_a_cold_start_gives(tmp_path: Path, seed: int, kind: str) -> None:
    chance = random.Random(seed)
    root, fresh = tmp_path / "project", tmp_path / "fresh"
    _generate(root, chance)
    if kind == "dbt":
        _make_dbt(root)
    counts(root)
    for number in range(20):
        edit = chance.choice(EDITS if kind == "native" else EDITS_OF_DBT)
        edit(root, chance)
        shutil.copytree(root, fresh, ignore=shutil.ignore_patterns(".assetc"))
        with opened(fresh) as cold, opened(root) as again:
            expected = outcome(cold)
            assert outcome(again) == expected, f"after edit {number}, {edit.__name__}"
        with opened(root) as recalled:
            assert recalled.counts == NOTHING
            assert outcome(recalled) == expected, f"recalled after edit {number}, {edit.__name__}"
        shutil.rmtree(fresh)
