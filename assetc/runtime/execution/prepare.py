"""What has to be there before the first step of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from msgspec import Struct

from assetc.adapters.protocol import Existing, Warehouse
from assetc.compiler.plan import Step
from assetc.definitions.relation import Relation
from assetc.runtime.execution.work import Relations, StepWork


class Prepared(Struct, frozen=True):
    """What a run works with: the work of its steps, and for each connection its warehouse and what that holds."""

    work: StepWork
    warehouses: Mapping[str, Warehouse]
    relations: Mapping[str, Relations]


def prepare(
    warehouses: Mapping[str, Warehouse],
    existing: Mapping[str, Iterable[Existing]],
    work: StepWork,
    steps: tuple[Step, ...],
) -> Prepared:
    """Prepare the connections of these steps, one after the other; `existing` is what is known already."""
    wanted: dict[str, list[Relation]] = {step.connection: [] for step in steps}
    for step in steps:
        wanted[step.connection] += (output.asset.relation for output in step.makes if output.asset.relation)
    for name, relations in wanted.items():
        warehouses[name].create_schemas(relations)
        with closing(warehouses[name].session()) as session:
            work.prepare(name, session)
    held = {name: existing[name] if name in existing else warehouses[name].existing() for name in wanted}
    kinds = {name: {each.relation: each.kind for each in found} for name, found in held.items()}
    return Prepared(work, warehouses, kinds)
