"""One suite for every adapter: a target says how to open an empty warehouse of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from postgres_server import postgres_fields

from assetc.adapters.perform import Listener, perform, perform_each
from assetc.adapters.protocol import Adapter, Session, Statement, Warehouse
from assetc.adapters.registry import find_adapter
from assetc.adapters.seed_file import read_seed
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.materialization.build import Build, Content, Query, TableValue, ledger_for
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.operation import CreateLedger
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation


def duckdb_fields(folder: Path) -> dict[str, object]:
    return {"type": "duckdb", "path": str(folder / "warehouse.duckdb"), "lock_timeout": 0}


TARGETS: dict[str, Callable[[Path], dict[str, object]]] = {"duckdb": duckdb_fields, "postgres": postgres_fields}
"""The fields of an output for an empty warehouse that belongs to a folder. Further adapters add themselves here."""

TYPES: dict[str, dict[str, str]] = {
    "duckdb": {},
    "postgres": {
        "BIGINT": "bigint",
        "BOOLEAN": "boolean",
        "DATE": "date",
        "DECIMAL(10,2)": "numeric(10,2)",
        "DECIMAL(7,3)": "numeric(7,3)",
        "DOUBLE": "double precision",
        "INTEGER": "integer",
        "STRUCT(x INTEGER)": "jsonb",
        "TIMESTAMP": "timestamp without time zone",
        "VARCHAR": "text",
        "VARCHAR[]": "text[]",
    },
}
"""How a warehouse writes the types that the cases speak of."""

IMPOSSIBLE: dict[str, dict[str, str]] = {
    "duckdb": {},
    "postgres": {
        "test_a_name_in_another_case_is_the_same_relation": "PostgreSQL compares quoted names with case (4.1.1)",
        "test_generic_tests[not_null-ID-arguments3-1]": "a column's name is quoted, and compared with case (4.1.1)",
    },
}
"""Cases that a warehouse cannot pass, with the reason, which is in its manual."""


@dataclass
class Target:
    """An open warehouse with the few verbs that the cases need."""

    adapter: Adapter
    warehouse: Warehouse
    session: Session
    database: str
    schema: str
    folder: Path
    reports: list[Diagnostic] = field(default_factory=list)

    def relation(self, name: str, schema: str | None = None) -> Relation:
        return Relation(self.database, schema or self.schema, name)

    def name(self, name: str) -> str:
        return self.adapter.name_of(self.relation(name))

    def build(self, name: str, content: object, **settings: object) -> Build:
        """The build of an asset; a text is a query, a path a CSV file, anything else a table value."""
        given = {key: settings.pop(key) for key in ("full_refresh", "step_id", "columns") if key in settings}
        config = AssetConfig(**settings)  # type: ignore[arg-type]
        relation = self.relation(name)
        fold = self.adapter.folded
        kinds = {fold(found.relation): found.kind for found in self.warehouse.existing()}
        return Build(
            relation=relation,
            content=_content(content, config.separator),
            config=config,
            abilities=self.adapter.abilities,
            existing=kinds.get(fold(relation)),
            ledger=self.ledger,
            span=Span(f"models/{name}.sql", 0, 0, 1, 1),
            **{"step_id": "step", **given},  # type: ignore[arg-type]
        )

    def run(self, name: str, content: object, session: Session | None = None, **settings: object) -> int | None:
        return self.perform(self.build(name, content, **settings), session)

    def perform(self, build: Build, session: Session | None = None, listener: Listener | None = None) -> int | None:
        listener = listener or Listener(report=self.reports.append)
        return perform(materialize(build), self.adapter.render, session or self.session, listener)

    @property
    def ledger(self) -> Relation:
        return ledger_for(self.relation(""), self.schema)

    def ledger_entries(self) -> list[str]:
        return [str(row[0]) for row in self.rows("select step_id from " + self.adapter.name_of(self.ledger))]

    def sql(self, sql: str) -> None:
        self.session.execute(Statement(sql))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return sorted(self.session.query(sql)[1], key=repr)

    def table(self, name: str) -> list[tuple[object, ...]]:
        return self.rows(f"select * from {self.name(name)}")

    def columns(self, name: str) -> list[str]:
        return [column.name for column in self.session.columns(self.relation(name))]

    def types(self, name: str) -> dict[str, str]:
        """The types of a table's columns, in the words of the cases."""
        words = {written: word for word, written in TYPES[self.adapter.name].items()}
        columns = self.session.columns(self.relation(name))
        return {column.name: words.get(column.type, column.type) for column in columns}

    def kinds(self) -> dict[str, str]:
        """Every relation of the target but the ledger, with its kind."""
        found = {existing.relation.name: existing.kind for existing in self.warehouse.existing()}
        return {name: kind for name, kind in sorted(found.items()) if name != self.ledger.name}

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path


def _content(content: object, separator: str) -> Content:
    match content:
        case str():
            return Query(content)
        case Path():
            return read_seed(content, f"seeds/{content.name}", separator, keeps_zeros=False)
        case _:
            return TableValue(content)


def numbers(count: int, name: str = "n") -> str:
    """What gives this many rows in a FROM, in the words of every warehouse of the contract."""
    return f"generate_series(1, {count}) as {name}_series ({name})"


@contextmanager
def open_target(name: str, folder: Path, fields: dict[str, object] | None = None) -> Iterator[Target]:
    adapter = find_adapter(name)
    parsed = adapter.parse(fields or TARGETS[name](folder), str(folder))
    assert not isinstance(parsed, tuple)
    warehouse = parsed.connect()
    try:
        warehouse.create_schemas([Relation(parsed.identity.database, parsed.identity.schema, "")])
        session = warehouse.session()
        target = Target(adapter, warehouse, session, parsed.identity.database, parsed.identity.schema, folder)
        perform_each((CreateLedger(target.ledger),), adapter.render, session)
        yield target
    finally:
        warehouse.close()
