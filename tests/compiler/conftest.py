"""Graphs drawn as text, so that a test shows what it is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assetc.compiler.asset import Asset, Check, CheckConfig, Edge, Graph, NodeId, Source
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import connect
from assetc.compiler.place import Span, TextId
from assetc.compiler.rules import NATIVE, Rules
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

Draw = Callable[..., tuple[Graph, tuple[Diagnostic, ...]]]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """`draw("orders: raw ~maybe tags=a,b kind=seed")`; lines may begin with `source` or `check`.

    `~up` is a likely edge; `up` after a name is an edge of kind `sql`, `ref>up` one of kind `ref`.
    """
    return _draw


def _draw(text: str, rules: Rules = NATIVE) -> tuple[Graph, tuple[Diagnostic, ...]]:
    assets: dict[AssetKey, Asset] = {}
    sources: dict[AssetKey, Source] = {}
    checks: list[Check] = []
    edges: list[Edge] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _, rest = line.partition(":")
        words = rest.split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        needs = [word for word in words if "=" not in word]
        kind, _, name = head.strip().rpartition(" ")
        if kind == "source":
            sources[AssetKey(name)] = _source(name, options)
        elif kind == "check":
            checks.append(_check(name, needs, options))
        else:
            asset = _asset(name, options)
            assets[asset.key] = asset
            edges += [_edge(asset, need) for need in needs]
    return connect(assets, sources, tuple(checks), edges, rules)


def _asset(name: str, options: dict[str, str]) -> Asset:
    key = AssetKey(name)
    path = options.get("path", f"models/{key.name}.sql")
    config = AssetConfig(
        materialized=options.get("materialized", "table"),
        tags=_list(options, "tags"),
        owners=_list(options, "owners"),
        group=options.get("group"),
        extra={"access": options["access"]} if "access" in options else {},
        meta={"level": options["level"]} if "level" in options else {},
    )
    kind = options.get("kind", "model")
    group = options.get("group", "default")
    return Asset(
        key,
        kind,  # type: ignore[arg-type]
        TextId(path),
        Span(path, 0, 1, 1, 1),
        config,
        Relation(None, "main", key.name),
        "v1",
        package=options.get("package", "shop"),
        group=group,
        patch_path=options.get("patch"),
    )


def _source(name: str, options: dict[str, str]) -> Source:
    key = AssetKey(name)
    source = key.parts[0] if len(key.parts) > 1 else "main"
    place = Span(options.get("path", "models/sources.yml"), 0, 1, 1, 1)
    return Source(
        key,
        Relation(None, "raw", key.name),
        span=place,
        source_name=source,
        tags=_list(options, "tags"),
        package="shop",
    )


def _check(name: str, needs: list[str], options: dict[str, str]) -> Check:
    config = CheckConfig(severity=options.get("severity", "error"), tags=_list(options, "tags"))  # type: ignore[arg-type]
    place = Span(options.get("path", "models/schema.yml"), 0, 1, 1, 1)
    return Check(
        NodeId("test", "shop", name), name, options.get("kind", "unique"), tuple(map(AssetKey, needs)), config, place
    )


def _edge(asset: Asset, need: str) -> Edge:
    certainty = "likely" if need.startswith("~") else "certain"
    kind, _, up = need.removeprefix("~").rpartition(">")
    return Edge(asset.key, AssetKey(up), kind or "sql", asset.span, certainty)  # type: ignore[arg-type]


def _list(options: dict[str, str], key: str) -> tuple[str, ...]:
    return tuple(filter(None, options.get(key, "").split(",")))
