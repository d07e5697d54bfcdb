"""The memory of the compiler, kept in the cache: facts about texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from assetc.compiler.facts import CompiledText, Facts, MacroFacts, PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.place import TextId
from assetc.project.memory.cache import Cache
from assetc.project.memory.encoding import decode, encode

KINDS: Mapping[type, str] = {PythonFacts: "python", SeedFacts: "seed", MacroFacts: "macros"}
"""The kinds of rows in the cache that are true for every target."""


class CachedMemory(Struct):
    """The compiler's memory in the cache; `scope` separates what is true for one target. `sql_rows` are all of SQL."""

    cache: Cache
    scope: str
    sql_rows: dict[TextId, SqlFacts | bytes] | None = None

    def expect_all(self) -> None:
        """Read the rows about all SQL at once."""
        self.sql_rows = dict(self.cache.all(f"sql {self.scope}"))

    def sql(self, text: TextId) -> SqlFacts | None:
        """The facts about a text of SQL, decoded when first asked for."""
        if self.sql_rows is None:
            row = self.cache.get(f"sql {self.scope}", text.path, text.part)
            return None if row is None else decode(SqlFacts, row)
        known = self.sql_rows.get(text)
        if not isinstance(known, bytes):
            return known
        facts = decode(SqlFacts, known)
        if facts is None:
            del self.sql_rows[text]
        else:
            self.sql_rows[text] = facts
        return facts

    def python(self, path: str) -> PythonFacts | None:
        """The facts about a Python file."""
        row = self.cache.get("python", path)
        return None if row is None else decode(PythonFacts, row)

    def seed(self, path: str) -> SeedFacts | None:
        """The facts about a CSV file."""
        row = self.cache.get("seed", path)
        return None if row is None else decode(SeedFacts, row)

    def compiled(self, text: TextId) -> CompiledText | None:
        """The rendered SQL of a text."""
        row = self.cache.get(f"text {self.scope}", text.path, text.part)
        return None if row is None else decode(CompiledText, row)

    def macros(self, path: str) -> MacroFacts | None:
        """The facts about a file of macros."""
        row = self.cache.get("macros", path)
        return None if row is None else decode(MacroFacts, row)

    def keep(self, facts: Facts) -> None:
        """Remember facts."""
        if isinstance(facts, SqlFacts):
            self.cache.keep(f"sql {self.scope}", facts.text.path, encode(facts), facts.text.part)
        else:
            self.cache.keep(KINDS[type(facts)], facts.path, encode(facts))

    def keep_text(self, text: CompiledText) -> None:
        """Remember the rendered SQL of a text."""
        self.cache.keep(f"text {self.scope}", text.text.path, encode(text), text.text.part)

    def forget_pieces(self, paths: Collection[str], present: Collection[TextId]) -> None:
        """Forget the pieces of these files that are not among those present."""
        kind, known = f"sql {self.scope}", self.sql_rows
        for text in known if known is not None else (text for path in paths for text in self.cache.texts(kind, path)):
            if text.part and text.path in paths and text not in present:
                self.cache.drop(kind, text)
