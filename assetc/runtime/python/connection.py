"""The connection that a body receives: DB-API and DuckDB's own calls, with names of assets resolved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assetc.adapters.protocol import Statement, WarehouseError
from assetc.definitions.errors import InvariantError
from assetc.definitions.relation import Relation
from assetc.runtime.python.query_result import QueryResult, WriteResult
from assetc.runtime.python.sql_text import is_query, local_frames, statements_of
from assetc.runtime.python.warehouse_access import WarehouseAccess


class BodyConnection:
    """Executes SQL of one body in its step's session. Other attributes are those of the driver's connection."""

    def __init__(self, access: WarehouseAccess) -> None:
        self._access = access
        self._result: QueryResult | WriteResult = WriteResult(-1)

    @property
    def last_query(self) -> QueryResult | None:
        """The query that was executed last, None after a statement without rows."""
        return self._result if isinstance(self._result, QueryResult) else None

    def execute(self, sql: str, parameters: Any = None) -> BodyConnection:
        """Execute a text; `fetchall()` and its like then read the rows of its last statement."""
        statements = self._resolved(sql)
        if parameters is not None:
            self._result = self._execute_native("execute", "; ".join(statements), parameters)
            return self
        for statement in statements:
            self._result = self._run(statement)
        return self

    def executemany(self, sql: str, parameters: Iterable[Any]) -> BodyConnection:
        """Execute a statement once for each of several sets of parameters."""
        self._result = self._execute_native("executemany", "; ".join(self._resolved(sql)), list(parameters))
        return self

    def sql(self, query: str) -> Any:
        """A query that is not read yet; of DuckDB a relation. Statements before it, or without rows, are executed."""
        statements = self._resolved(query)
        result: QueryResult | WriteResult = WriteResult(-1)
        for statement in statements:
            result = self._run(statement)
        if isinstance(result, WriteResult):
            return None
        return result if result.relation is None else result.relation

    query = sql

    def table(self, name: str) -> Any:
        """A table by name as SQL writes it, or an asset by its key `a/b`; not read yet."""
        if "/" in name:
            name = self._access.adapter.name_of(self._access.relation_of("table", name))
        return self.sql(f"select * from {name}")

    def register(self, name: str, table: object) -> BodyConnection:
        """Give a table a name by which SQL of this body can read it. Raises InvariantError where no SQL can."""
        adapter = self._access.adapter
        if not adapter.abilities.local_frames:
            message = f"SQL of {adapter.name} reads no frames of Python: make the table an asset of its own"
            raise InvariantError(message, code="E185")
        self._access.registered[name] = table
        return self

    def unregister(self, name: str) -> BodyConnection:
        """Forget a name that `register` gave."""
        self._access.registered.pop(name, None)
        return self

    def cursor(self) -> BodyConnection:
        """Another cursor of the same session."""
        return BodyConnection(self._access)

    def commit(self) -> None:
        """Nothing: each statement is committed as it ends."""

    def close(self) -> None:
        """Nothing: the session is the step's."""

    def __enter__(self) -> BodyConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        for owner in (self._result, self._access.session.native):
            if owner is not None and not name.startswith("_") and hasattr(owner, name):
                return getattr(owner, name)
        raise AttributeError(f"the connection of this warehouse has no attribute {name!r}")

    def _resolved(self, sql: str) -> tuple[str, ...]:
        return statements_of(self._access.resolve_sql(sql))

    def _run(self, statement: str) -> QueryResult | WriteResult:
        adapter, session = self._access.adapter, self._access.session
        frames = {**local_frames(statement), **self._access.registered}
        reads_frames = adapter.abilities.local_frames
        sent = Statement(statement, frames=frames if reads_frames else {})
        try:
            if is_query(statement):
                return QueryResult(statement, session.read(sent), is_relation=reads_frames)
            rows = session.execute(sent)
        except WarehouseError as error:
            if reads_frames or not frames:
                raise
            message = f"SQL of {adapter.name} reads no frames of Python, such as {next(iter(frames))}: {error.message}"
            raise InvariantError(message, code="E185") from error
        return WriteResult(-1 if rows is None else rows)

    def _execute_native(self, method: str, sql: str, parameters: Any) -> QueryResult | WriteResult:
        """Execute with parameters, which only the driver knows how to bind."""
        native: Any = self._access.session.native
        owner: Any = native if hasattr(native, method) or native is None else native.cursor()
        execute = getattr(owner, method, None)
        if execute is None:
            raise InvariantError("the connection of this warehouse takes no parameters", code="E185")
        cursor = execute(sql, parameters) or owner
        names = [str(column[0]) for column in cursor.description or ()]
        return QueryResult(sql, fetched=iter(cursor.fetchall() if names else ()), names=names)


class BoundRelation(Relation, frozen=True):
    """A relation in the step's session; its text is its name as SQL writes it."""

    access: WarehouseAccess

    def __str__(self) -> str:
        return self.access.adapter.name_of(Relation(self.database, self.schema, self.name))

    def execute(self, sql: str, parameters: object = None) -> BodyConnection:
        """Execute any SQL in the session."""
        return BodyConnection(self.access).execute(sql, parameters)

    def query(self, sql: str) -> Any:
        """Any query in the session, not yet read."""
        return BodyConnection(self.access).sql(sql)

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows of the table."""
        rows: list[tuple[object, ...]] = self._all().fetchall()
        return rows

    def df(self) -> Any:
        """The table as a pandas DataFrame."""
        return self._all().df()

    def pl(self) -> Any:
        """The table as a polars DataFrame."""
        return self._all().pl()

    def arrow(self) -> Any:
        """The table as a pyarrow Table."""
        return self._all().arrow()

    def _all(self) -> Any:
        return BodyConnection(self.access).execute(f"select * from {self}")
