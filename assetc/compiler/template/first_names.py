"""What names mean while a file is read for the first time, when nobody knows yet where anything lives."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.template.members.relation import RelationValue
from assetc.definitions.relation import Relation


class FirstNames(Struct, frozen=True):
    """What `ref()`, `source()` and `this` give then: where everything lives unless it says otherwise.

    A text whose configuration looks at them is configured again by `configure_again`, when their places are known.
    """

    own: Relation = Relation(None, None, "this")

    @property
    def this(self) -> object:
        """The relation of the template's own asset."""
        return RelationValue(self.own)

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        """The relation of an asset that configures nothing."""
        return RelationValue(Relation(self.own.database, self.own.schema, name))

    def source(self, source: str, table: str) -> object:
        """The relation of a source that configures nothing."""
        return RelationValue(Relation(self.own.database, source, table))
