"""An execution plan: which steps, in which order, and why. A value; making it touches nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Fingerprint
from assetc.compiler.operation import RelationKind
from assetc.definitions.key import AssetKey

StepId: TypeAlias = str


class BuildStep(Struct, frozen=True):
    """Bring one asset up to date in the warehouse: a model, a Python asset, a seed or a snapshot.

    `reasons` say why, in the words that the user reads; with `reuse` nothing is executed and the reasons say
    why not. `after` are the steps that must have succeeded before. `reads` are the assets whose data it reads
    (through views and ephemeral models), `inlined` the ephemeral models whose SQL becomes part of it. `gates`
    are the checks that are executed on the finished table before readers see it. `stands` is what is known to be at
    the asset's relation now.
    """

    id: StepId
    asset: Asset
    reasons: tuple[str, ...]
    after: tuple[StepId, ...]
    reuse: bool = False
    full_refresh: bool = False
    reads: tuple[AssetKey, ...] = ()
    inlined: tuple[tuple[AssetKey, Fingerprint], ...] = ()
    gates: tuple[StepId, ...] = ()
    stands: RelationKind | None = None

    @property
    def adds_rows(self) -> bool:
        """Whether rows are brought into the table that stands there, as far as is known."""
        is_there = self.stands == "table" and not self.full_refresh
        return is_there and self.asset.config.materialized == "incremental"


class CheckStep(Struct, frozen=True):
    """Execute one data test. `gate_of`: the step that executes it before readers see the table it builds."""

    id: StepId
    check: Check
    after: tuple[StepId, ...]
    reasons: tuple[str, ...] = ()
    gate_of: StepId | None = None


Step: TypeAlias = BuildStep | CheckStep


class Plan(Struct, frozen=True):
    """Steps in an order in which they can run one by one: every step stands behind those in its `after`."""

    command: Literal["run", "build", "seed", "test"]
    steps: tuple[Step, ...]
    selected: tuple[AssetKey, ...]


def check_id(check: Check) -> StepId:
    """The step of a check; no asset's step can have the same id."""
    return f"check:{check.id.package}/{check.id.name}"


def build_id(asset: Asset) -> StepId:
    """The step of an asset."""
    return asset.key.to_user_string()
