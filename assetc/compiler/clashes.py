"""Two assets that would write one relation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from assetc.compiler.asset import Asset
from assetc.compiler.define_assets import Draft
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.names.names import LogicalName, Names, schema_of
from assetc.definitions.key import AssetKey

Location: TypeAlias = tuple[str, str, str]


def find_clashes(drafts: Iterable[Draft], names: Names) -> Iterator[Diagnostic]:
    """A fault for each relation with more than one owner: by its configuration, or by what a Python body creates."""
    owners = defaultdict[Location, dict[AssetKey, Asset]](dict)
    of_body = defaultdict[tuple[str, str], set[Location]](set)
    drafts = tuple(drafts)
    for draft in drafts:
        of_body[draft.body].add(_location(names.logical_names[draft.asset.key]))
    for draft in drafts:
        if draft.asset.relation is not None:
            owners[_location(names.logical_names[draft.asset.key])][draft.asset.key] = draft.asset
        for created in draft.creates():
            if created.certainty == "certain":
                written, own = _written_place(created.parts, names), of_body[draft.body]
                if not draft.asset.step_name or written not in own:  # one body may create what all its assets are
                    own.add(written)
                    owners[written][draft.asset.key] = draft.asset
    for (_, schema, name), assets in owners.items():
        if len(assets) > 1:
            yield _clash(f"{schema}.{name}", tuple(assets.values()))


def _location(name: LogicalName) -> Location:
    return name.database or "", name.schema, name.name


def _written_place(parts: tuple[str, ...], names: Names) -> Location:
    is_here = len(parts) < 3 or parts[-3] in names.other_databases
    database = names.default_database or "" if is_here else parts[-3]
    return database, schema_of(parts, names.default_schema, names.other_schemas), parts[-1]


def _clash(relation: str, assets: tuple[Asset, ...]) -> Diagnostic:
    first, *others = assets
    places = " and ".join(f"{asset.key} ({asset.span.where})" for asset in assets)
    message, hint = f"{places} would both be stored in {relation}", "Give one of them another alias or schema"
    related = (Annotation(first.span, f"{first.key} is stored there too"),)
    return diagnostic("E105", message, others[0].span, hint=hint, related=related)
