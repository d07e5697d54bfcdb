"""What has to be there before the first step of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from msgspec import Struct

from assetc.adapters.protocol import Existing, Warehouse
from assetc.compiler.plan import Step
from assetc.runtime.execution.relations import Relations
from assetc.runtime.execution.work import StepWork


class Prepared(Struct, frozen=True):
    """What a run works with: the work of its steps, and for each connection its warehouse and what that holds."""

    work: StepWork
    warehouses: Mapping[str, Warehouse]
    relations: Mapping[str, Relations]


def prepare_on(
    connection: str, warehouse: Warehouse, existing: Iterable[Existing], work: StepWork, steps: Iterable[Step]
) -> Prepared:
    """Prepare a run with one connection: schemas are created here, one after the other. Raises WarehouseError."""
    wanted = (output.asset.relation for step in steps for output in step.makes)
    warehouse.create_schemas(relation for relation in wanted if relation is not None)
    with closing(warehouse.session()) as session:
        work.prepare(session)
    return Prepared(work, {connection: warehouse}, {connection: Relations(existing)})
