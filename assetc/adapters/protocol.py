"""What an adapter is: pure rendering, found by the `type` of a profile's output, and a session that executes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from assetc.compiler.abilities import Abilities
from assetc.compiler.config import NOTHING
from assetc.compiler.diagnostic import Annotation, Diagnostic
from assetc.compiler.place import Span
from assetc.compiler.sql.judge import Judge
from assetc.definitions.relation import Relation

if TYPE_CHECKING:
    from assetc.compiler.operation import Column, Operation, SeedColumn

FrameForm: TypeAlias = Literal["pandas", "polars", "pyarrow", "duckdb", "dicts"]
"""How a Python asset wants to receive a table."""


class ArrowStream(Protocol):
    """Rows as Arrow's PyCapsule interface gives them: once, and before their session is used again."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule with the C stream."""


@runtime_checkable
class Frames(ArrowStream, Protocol):
    """Rows that are given as frames, too: those of DuckDB, or what `adapters.tables` makes of a stream."""

    def frame(self, form: FrameForm) -> object:
        """The rows in a form that a Python asset asks for."""


Places: TypeAlias = tuple[Span, tuple[Annotation, ...]]
"""Where something stands, and the places in macros that wrote it."""


class Written(Struct, frozen=True):
    """Where a statement was written that is no query: a hook. `places_of` maps an offset in it, and a length."""

    title: str
    span: Span
    places_of: Callable[[int, int], Places]


class Statement(Struct, frozen=True):
    """One statement; the author's SQL begins at `body`, None if there is none of it in the statement.

    `frames` are what it may read by name (ability `local_frames`).
    """

    sql: str
    body: int | None = None
    frames: Mapping[str, object] = NOTHING
    written: Written | None = None


class Question(Struct, frozen=True):
    """A query that must be answered before more of an operation can be rendered."""

    sql: str


Rows: TypeAlias = list[tuple[object, ...]]

Rendering: TypeAlias = tuple[Statement, ...] | Generator[Statement | Question, Rows, None]
"""The statements of an operation. A generator that asks is sent the rows of its question, and none for a statement."""


class Identity(Struct, frozen=True):
    """Which warehouse a target really is, whatever its name: what state rows carry."""

    adapter: str
    place: str
    """The host, account or resolved file."""
    database: str
    schema: str

    def __str__(self) -> str:
        return f"{self.adapter} {self.place} {self.database}.{self.schema}"


class Misfit(Struct, frozen=True):
    """What is wrong with one field of a profile's output."""

    field: str
    message: str
    hint: str = ""


class Existing(Struct, frozen=True):
    """A relation that the warehouse holds."""

    relation: Relation
    kind: Literal["table", "view"]


class WarehouseError(Exception):
    """A statement failed. `transient`: the same statement may succeed when tried again.

    `position` is a character offset into the statement's text where the warehouse gave one, `line` that of
    a file that it was reading, `statement` what was executed.
    """

    statement: Statement | None = None

    def __init__(
        self,
        message: str,
        *,
        transient: bool = False,
        position: int | None = None,
        line: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.transient = transient
        self.position = position
        self.line = line
        self.hint = hint


class Diagnosed(Exception):  # noqa: N818  what it stops says whether it is an error
    """Something cannot go on; `diagnostic` says why and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Refused(Diagnosed):
    """A step cannot go on, because of what its author wrote or its data hold."""


class Canceled(Exception):  # noqa: N818  not an error: the user asked for it
    """The statement was cancelled from another thread."""


class Session(Protocol):
    """One connection, used by one thread."""

    @property
    def native(self) -> object:
        """The driver's own connection, for what a Python body asks of it beyond SQL."""

    def execute(self, statement: Statement) -> int | None:
        """Execute a statement; the number of rows written where known. Raises WarehouseError."""

    def query(self, sql: str) -> tuple[Sequence[str], Rows]:
        """The column names and all rows of a query. Raises WarehouseError."""

    def warnings(self) -> tuple[str, ...]:
        """What the warehouse has warned of since this was asked last."""

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation, in order; empty when it does not exist."""

    def begin(self) -> None:
        """Begin a transaction."""

    def commit(self) -> None:
        """Commit the open transaction."""

    def rollback(self) -> None:
        """Roll the open transaction back; nothing happens when none is open."""

    def read(self, query: Statement) -> ArrowStream:
        """The rows of a query. Raises WarehouseError, also for a statement without rows."""

    def write(self, relation: Relation, table: object, *, temporary: bool = False) -> int | None:
        """Create a relation from an Arrow stream, a frame or a list of dicts; the number of rows where known."""

    def renew(self) -> None:
        """Start over, without the temporary relations and settings that were made in this session."""

    def cancel(self) -> None:
        """Cancel the running statement and refuse any further one; called from another thread."""

    def close(self) -> None:
        """Give the connection back."""


class Holder(Struct, frozen=True):
    """The process that runs on a target. `server`: whose process it is, if it is none of this machine."""

    pid: int
    command: str
    started_at: float
    server: str = ""

    def __str__(self) -> str:
        started = time.strftime("%H:%M:%S", time.localtime(self.started_at))
        place = f" on {self.server}" if self.server else ""
        return f"PID {self.pid}{place}, started {started}, {self.command}"


class Warehouse(Protocol):
    """An open target: sessions come from it."""

    def session(self) -> Session:
        """A session for the calling thread."""

    def existing(self) -> tuple[Existing, ...]:
        """All relations of the target's databases, by one query."""

    def create_schemas(self, relations: Iterable[Relation]) -> None:
        """Create the schemas of these relations that do not exist: serially, before anything runs."""

    def claim(self) -> bool:
        """Keep the runs of all others off the target until it is closed; whether that is so now.

        A warehouse that one process alone can open has nothing to do.
        """

    def holder(self) -> Holder | None:
        """Who has claimed the target, as far as the warehouse says."""

    def close(self) -> None:
        """Close everything."""


class ParsedOutput(Protocol):
    """An output of a profile, parsed: one target. It may hold secrets, so it prints its type alone."""

    @property
    def identity(self) -> Identity:
        """Which warehouse it is; its database and schema are those of relations without one."""

    def stamp(self) -> str | None:
        """What differs as soon as the target's relations do, found without opening it; None if nothing does."""

    def connect(self) -> Warehouse:
        """Open the target. Raises WarehouseError that says what is wrong and what to do."""


class Adapter(Protocol):
    """A kind of warehouse. `fields` are what a profile's output may say of it, `unread` what of that does nothing.

    `judge` is the warehouse's own parser, where it can be asked without a connection.
    """

    name: str
    dialect: str
    abilities: Abilities
    fields: frozenset[str]
    unread: frozenset[str]
    judge: Judge | None

    def parse(self, fields: Mapping[str, object], root: str) -> ParsedOutput | tuple[Misfit, ...]:
        """What the fields of a profile's output say, or what is wrong with them; `root` is the project's folder."""

    def quote(self, identifier: str) -> str:
        """The identifier as it must stand in SQL, always quoted."""

    def name_of(self, relation: Relation) -> str:
        """The relation's full name in SQL, every part quoted."""

    def folded(self, relation: Relation) -> Relation:
        """The form in which two names of one relation are equal: what a catalogue row is looked up by."""

    def type_of(self, column: SeedColumn) -> str:
        """The type of a seed's column as the warehouse writes it."""

    def render(self, operation: Operation) -> Rendering:
        """The statements of an operation that `perform` does not handle itself."""

    def ledger_query(self, ledger: Relation, step_ids: Iterable[str]) -> str:
        """The query that returns those of the step ids that the ledger holds."""
