"""An execution plan: which steps, in which order, and why. A value; making it touches nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Fingerprint
from assetc.compiler.operation import RelationKind
from assetc.definitions.key import AssetKey

StepId: TypeAlias = str

PartId: TypeAlias = str
"""Names one output of a step, or a check: what other steps wait for, what is recorded, counted and retried."""


class Output(Struct, frozen=True):
    """One asset that a step makes, and what is known of it before the step runs.

    `reasons` say why it is made, or why it is reused, in the words that the user reads. `reads` are the assets whose
    data it reads (through views and ephemeral models), `inlined` the ephemeral models whose SQL becomes part of it,
    `files` the files that it reads. `gates` are the checks that are executed on the finished table before readers see
    it. `existing` is the kind of relation that is there already, where that is known.
    """

    id: PartId
    asset: Asset
    reasons: tuple[str, ...]
    full_refresh: bool = False
    reads: tuple[AssetKey, ...] = ()
    inlined: tuple[tuple[AssetKey, Fingerprint], ...] = ()
    files: tuple[AssetKey, ...] = ()
    gates: tuple[PartId, ...] = ()
    existing: RelationKind | None = None

    @property
    def adds_rows(self) -> bool:
        """Whether rows are added to the table that exists, as far as is known."""
        is_there = self.existing == "table" and not self.full_refresh
        return is_there and self.asset.config.materialization.adds_rows


class Materialize(Struct, frozen=True):
    """The query of a model or the rows of a seed become a relation."""


class RunBody(Struct, frozen=True):
    """A Python function is called; what it gives becomes tables or stored objects. `name` is the function's."""

    name: str


class ExecuteCheck(Struct, frozen=True):
    """A check is executed. `gate_of`: by the step that makes this output, before readers see it."""

    id: PartId
    check: Check
    gate_of: PartId | None = None


class Reuse(Struct, frozen=True):
    """Nothing is executed: what was made before is up to date."""


Work: TypeAlias = Materialize | RunBody | ExecuteCheck | Reuse

Part: TypeAlias = Output | ExecuteCheck
"""What ends when a step ends: one of its outputs, or its check."""

MATERIALIZE, REUSE = Materialize(), Reuse()


class Step(Struct, frozen=True):
    """One piece of work, executed as a whole, on one connection and for one partition of its assets, if they have any.

    It makes one asset or several; a check makes none. `after` are the outputs and checks of other steps that must have
    succeeded before.
    """

    id: StepId
    makes: tuple[Output, ...]
    work: Work
    connection: str
    after: tuple[PartId, ...] = ()
    partition: str | None = None

    @property
    def is_reused(self) -> bool:
        """Whether nothing is executed."""
        return isinstance(self.work, Reuse)

    @property
    def test(self) -> ExecuteCheck:
        """The check that is executed. Raises TypeError where something else is."""
        if isinstance(self.work, ExecuteCheck):
            return self.work
        raise TypeError(f"{self.id} is no check")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its outputs, or its check."""
        return (self.work,) if isinstance(self.work, ExecuteCheck) else self.makes


class Plan(Struct, frozen=True):
    """Steps in an order in which they can run one by one: every step comes after those in its `after`."""

    command: Literal["run", "build", "seed", "test"]
    steps: tuple[Step, ...]
    selected: tuple[AssetKey, ...]

    def executed(self) -> tuple[Step, ...]:
        """The steps but those that are reused."""
        return tuple(step for step in self.steps if not step.is_reused)

    def counts(self) -> tuple[int, int, int]:
        """How many assets are made, how many are reused, and how many checks there are."""
        made = sum(len(step.makes) for step in self.steps)
        reused = sum(step.is_reused for step in self.steps)
        return made - reused, reused, sum(not step.makes for step in self.steps)


def check_id(check: Check) -> PartId:
    """The step of a check; no asset has the same id."""
    return f"check:{check.id.package}/{check.id.name}"


def output_id(asset: Asset) -> PartId:
    """The output that is an asset: the same however it is made, so that a run can be resumed."""
    return asset.key.to_user_string()


def step_id(asset: Asset) -> StepId:
    """The step that makes an asset; those that one function makes have one step."""
    return f"{asset.path}:{asset.step_name}" if asset.step_name else output_id(asset)
