"""What `ref()`, `source()` and `this` mean in one target."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check
from assetc.compiler.config import ConfigValues
from assetc.compiler.names.names import Names, Ref, find_ref, find_source, inlined_name
from assetc.compiler.nodes.fields import relation_of_check
from assetc.compiler.nodes.nodes import Nodes
from assetc.compiler.template.members.relation import RelationValue
from assetc.compiler.template.surroundings import Surroundings
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

NOBODY = AssetKey("assetc")
"""The reader of a check that belongs to no asset: no prefix, no schema of its own."""

INLINE = "inline_query"


class TargetNames(Struct, frozen=True):
    """What `ref()`, `source()` and `this` give in the template of one asset: relations of the target."""

    names: Names
    owner: AssetKey
    relation: Relation
    assets: Mapping[AssetKey, Asset]
    quote: Callable[[str], str]

    @property
    def this(self) -> object:
        """The relation of the asset itself."""
        return self._value(self.relation)

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        """The relation of an asset, the name of the CTE of an ephemeral one, or the name itself if there is none."""
        found = find_ref(self.names, Ref(name, package, version), self.owner)
        if len(found) != 1:
            return name
        asset = self.assets.get(found[0])
        if asset is not None and asset.config.materialization.is_inlined:
            return inlined_name(asset.key)
        relation = self.names.relations.get(found[0])
        return name if relation is None else self._value(relation)

    def source(self, source: str, table: str) -> object:
        """The relation of a declared source, or `source.table`."""
        found = find_source(self.names, source, table)
        return self._value(self.names.relations[found[0]] if found else Relation(None, source, table))

    def _value(self, relation: Relation) -> RelationValue:
        return RelationValue(relation, None, self.quote)


class View(Struct, frozen=True):
    """A project as its templates see it in one target, when all names are known."""

    names: Names
    assets: Mapping[AssetKey, Asset]
    nodes: Nodes

    def of_asset(self, around: Surroundings, asset: Asset) -> Surroundings:
        """What the templates and macros of an asset see: its text, its hooks, what is called for it in its step."""
        relation = asset.relation or Relation(None, None, asset.key.name)
        seen = self._seen(around, asset.key, relation, self.nodes.of(asset))
        return replace(seen, config=ConfigValues(asset.config), package=asset.package)

    def of_check(self, around: Surroundings, check: Check) -> Surroundings:
        """What the template or macro of a check sees."""
        node = self.nodes.of(check)
        return replace(
            self._seen(around, NOBODY, relation_of_check(self.nodes.project, check), node), package=check.package
        )

    def of_query(self, around: Surroundings) -> Surroundings:
        """What a query sees that stands in no file of the project."""
        node = {"name": INLINE, "resource_type": "sql operation", "package_name": self.nodes.project.name}
        return self._seen(around, NOBODY, Relation(None, None, INLINE), node)

    def _seen(
        self, around: Surroundings, owner: AssetKey, relation: Relation, node: Mapping[str, object]
    ) -> Surroundings:
        own = TargetNames(self.names, owner, relation, self.assets, around.warehouse.quote)
        return replace(around, names=own, node=node, graph=self.nodes.sections)
