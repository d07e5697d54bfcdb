"""What turns a step into action: the executor knows when, the work knows what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, MutableMapping
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct, field

from assetc.adapters.protocol import Diagnosed, Session
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import ExecuteCheck, Output, PartId, Step
from assetc.compiler.planning.staleness import ValueKind
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.cancellation import Interruption
from assetc.runtime.execution.events import CheckStatus
from assetc.runtime.state.records import Metadata, Versions

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

Relations: TypeAlias = MutableMapping[Relation, RelationKind]
"""What a warehouse holds: asked once, then kept current. Steps that run at once build different relations."""


class Attempt(Struct, frozen=True):
    """One try at a step. `root_id` is the same for every try, also in a run that resumes this one.

    `inspect` executes the checks that guard the publication of an output against a relation, in this session, and
    raises ChecksFailed: what `perform` calls as its listener's `check`. `made` says what was made of assets when they
    were built last. A Python body runs inside of `interruption.body()`, so that it can be stopped.
    """

    run_id: str
    root_id: str
    number: int
    open_session: Callable[[], Session]
    relations: Relations
    log: Callable[[LogLevel, str], None]
    inspect: Callable[[Output, Relation], None]
    made: Callable[[Collection[AssetKey]], Mapping[AssetKey, Versions]]
    interruption: Interruption = field(default_factory=Interruption)

    def pass_on(self, logs: Iterable[tuple[LogLevel, str]], problems: Iterable[Diagnostic]) -> None:
        """Pass on what templates and macros log, and what they warn of."""
        for level, message in logs:
            self.log(level, message)
        for problem in problems:
            self.log("warning", f"{problem.code} at {problem.span}: {problem.message}")

    @property
    def session(self) -> Session:
        """The session of this thread, which is opened when it is first asked for."""
        return self.open_session()

    def ledger_id(self, output: Output) -> str:
        """The entry of the ledger for an output."""
        return ledger_id(self.root_id, output.id)


def ledger_id(root_id: str, output: PartId) -> str:
    """The entry of the ledger for an output: the same in a run and in those that resume it."""
    return f"{root_id}:{output}"


class Built(Struct, frozen=True):
    """What making an asset came to. `relation` is where its data are now, None if they are not in the warehouse; `path`
    is where an object is stored.

    `data_version` is given where the content has a version of its own: equal content, equal version. `columns`
    (name and type) are given where they are known at no cost.
    """

    kind: ValueKind
    relation: Relation | None = None
    path: str | None = None
    rows: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    data_version: str | None = None
    message: str = ""
    metadata: Metadata = ()


class Making(Struct, frozen=True):
    """An output whose content is there; `store` brings it to where readers find it."""

    output: Output
    store: Callable[[], Built]


class Checked(Struct, frozen=True):
    """What a check came to."""

    status: CheckStatus
    failures: int | None = None
    message: str = ""
    diagnostic: Diagnostic | None = None
    metadata: Metadata = ()


class StepWork(Protocol):
    """The work of a project's steps. It is called from several threads at once, with a session for each.

    `make`, `Making.store` and `check` may raise StepFailed, StepSkipped, Refused, WarehouseError, Canceled and
    ChecksFailed; whatever else they raise fails the step as well.
    """

    def prepare(self, connection: str, session: Session) -> None:
        """What has to be there before the first step on a connection, beside the schemas: the ledger."""

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        """Do the work once, and give each of the wanted outputs as it comes; one that is not given is skipped."""

    def check(self, test: ExecuteCheck, attempt: Attempt, relation: Relation | None) -> Checked:
        """Execute a check; against `relation` in place of its asset's, where one is given."""

    def is_done(self, output: Output, attempt: Attempt) -> bool:
        """Whether the ledger holds the output: asked before it is tried again."""


class StepFailed(Diagnosed):
    """A step failed for a reason that its work knows. `may_retry` False: not even as often as its asset asks."""

    def __init__(
        self, diagnostic: Diagnostic, *, transient: bool = False, may_retry: bool = True, metadata: Metadata = ()
    ) -> None:
        super().__init__(diagnostic)
        self.transient = transient
        self.may_retry = may_retry
        self.metadata = metadata


class StepSkipped(Exception):  # noqa: N818  nothing went wrong
    """A step made nothing, as its definition allows: what is below it does not run."""


class ChecksFailed(Exception):  # noqa: N818  the data are at fault
    """Checks that guard publication failed: what was staged must be abandoned."""

    def __init__(self, failed: tuple[PartId, ...], names: tuple[str, ...]) -> None:
        super().__init__(f"not published: check {', '.join(names)} failed")
        self.failed = failed
