"""Two parts of one file are two texts: what is remembered of one is not told of the other."""

from __future__ import annotations

import marshal

from assetc.compiler.asset import Asset, Graph
from assetc.compiler.code_version import versioned
from assetc.compiler.compilation import Compilation
from assetc.compiler.config import AssetConfig
from assetc.compiler.define_assets import Draft
from assetc.compiler.facts import CompiledText, Discovered, FileFacts, SqlFacts, Understood, Variant
from assetc.compiler.place import TextId, file_span
from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.template.rendered import Rendered
from assetc.definitions.key import AssetKey
from assetc.project.memory.cache import Cache
from assetc.project.memory.facts_memory import CachedMemory
from assetc.project.memory.snapshot_rows import Rows, Snapshot, read_rows, rows_of

PARTS = ("users", "orders")


def text_of(part: str) -> TextId:
    return TextId("snapshots/all.sql", part)


def asset_of(part: str) -> Asset:
    text = text_of(part)
    return Asset(AssetKey(part), "snapshot", text, file_span(text.path), AssetConfig(), None, "v1")


def facts_of(part: str) -> SqlFacts:
    understood = Understood((), (), (), version=f"version of {part}", shape=None)
    return SqlFacts(text_of(part), "content", Discovered((), (), (), (), uses_incremental=False), understood=understood)


def compiled(part: str) -> CompiledText:
    sql = f"select * from {part}"
    return CompiledText(text_of(part), (Variant(False, Rendered(sql), read_sql(sql, "duckdb")),))


def test_each_asset_is_stored_with_its_text() -> None:
    assets = {AssetKey(part): asset_of(part) for part in PARTS}
    graph = Graph(assets, {}, {}, (), dict.fromkeys(assets, ()), dict.fromkeys(assets, ()))
    rows = rows_of(Snapshot(Compilation(graph, {}, {}, ())), None)
    again = read_rows(Rows(*marshal.loads(marshal.dumps(tuple(rows)))), "").snapshot.compilation.graph
    assert again.assets == assets and [each.text.part for each in again.assets.values()] == list(PARTS)


def test_each_text_has_facts_and_sql_of_its_own() -> None:
    memory = CachedMemory(Cache.open(None), "dev")
    for part in PARTS:
        memory.keep(facts_of(part))
        memory.keep_text(compiled(part))
    for part in PARTS:
        assert memory.sql(text_of(part)) == facts_of(part)
        assert memory.compiled(text_of(part)) == compiled(part)
    assert memory.compiled(TextId("snapshots/all.sql")) is None


def test_each_asset_has_the_version_of_its_own_text() -> None:
    sql = {text_of(part): facts_of(part) for part in PARTS}
    one, other = (versioned(Draft(asset_of(part)), FileFacts(), sql).code_version for part in PARTS)
    assert one != other
    changed = {**sql, text_of("orders"): facts_of("users")}
    assert versioned(Draft(asset_of("users")), FileFacts(), changed).code_version == one
    assert versioned(Draft(asset_of("orders")), FileFacts(), changed).code_version == one
