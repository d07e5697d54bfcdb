"""What bears a name and is no asset, or may hide one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.place import Span

Kind: TypeAlias = Literal[
    "snapshot", "disabled", "macro", "check", "analysis", "exposure", "function", "metric", "model", "query", "file"
]

KINDS: Mapping[Kind, tuple[str, str]] = {
    "snapshot": ("a snapshot", "Snapshots are not built yet; an incremental model can keep what was"),
    "disabled": ("disabled", "Remove enabled: false from its configuration, or do not read it"),
    "macro": ("a macro", "Call it by its name: {{ NAME(...) }}"),
    "check": ("a check", "Nothing reads what a check finds; read the assets that it reads"),
    "analysis": ("an analysis", "An analysis is in no warehouse; make it a model"),
    "exposure": ("an exposure", "An exposure reads assets, and nothing reads it"),
    "function": ("a function", "Functions are not built yet; call one that the warehouse has by its name"),
    "metric": ("a metric", "Metrics are not built yet"),
    "model": ("a semantic model", "Semantic models are not built yet"),
    "query": ("a saved query", "Saved queries are not built yet"),
}
"""What each kind is, and what helps whoever wants to read it as an asset."""

OF_SECTIONS: Mapping[str, Kind] = {
    "analyses": "analysis",
    "exposures": "exposure",
    "functions": "function",
    "metrics": "metric",
    "semantic_models": "model",
    "saved_queries": "query",
    "snapshots": "snapshot",
}
"""The sections of property files that name them."""

WITH_DATA: frozenset[Kind] = frozenset({"snapshot", "disabled", "file"})
"""What a plain name in SQL can have meant."""


class Namesake(Struct, frozen=True):
    """Something that is no asset. A "file" has no name: it cannot be read, and nobody knows what it would define."""

    kind: Kind
    name: str
    span: Span
    fault: str = ""
