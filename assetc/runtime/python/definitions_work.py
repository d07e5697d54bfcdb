"""The work of steps that are only Python: bodies are called here, and values go through the run's IO managers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

from msgspec import Struct, field

from assetc.adapters.protocol import Canceled, Session
from assetc.compiler.plan import ExecuteCheck, Output, Step, StepId
from assetc.definitions.errors import InvariantError
from assetc.definitions.key import AssetKey
from assetc.definitions.output import AssetMaterialization
from assetc.definitions.relation import Relation
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.execution.work import Attempt, Built, Making
from assetc.runtime.python.body_context import Services
from assetc.runtime.python.call import makings, produce
from assetc.runtime.python.compile_definitions import CompiledDefinitions
from assetc.runtime.python.pass_values import Values, load_inputs, store_output
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.resources import Resources


class Seen(Struct, frozen=True):
    """What the events leave out: `loaded` counts the inputs of a step, `stored` is what an IO manager has."""

    values: dict[tuple[str, str], object] = field(default_factory=dict)
    loaded: dict[StepId, int] = field(default_factory=dict)
    materializations: dict[AssetKey, AssetMaterialization] = field(default_factory=dict)
    stored: set[AssetKey] = field(default_factory=set)
    errors: dict[StepId, BaseException] = field(default_factory=dict)


class DefinitionsWork(Struct, frozen=True):
    """What the bodies of some definitions do in one run, which has no warehouse."""

    compiled: CompiledDefinitions
    values: Values
    cancellation: Cancellation
    seen: Seen = field(default_factory=Seen)

    def prepare(self, connection: str, session: Session) -> None:
        """Nothing needs to be there."""

    def is_done(self, output: Output, attempt: Attempt) -> bool:
        """There is no ledger."""
        return False

    def check(self, test: ExecuteCheck, attempt: Attempt, relation: Relation | None) -> NoReturn:
        """Never called: no definition makes a check yet."""
        raise AssertionError(f"{test.id} is not in the plan")

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        """Call the body once, and give each of the wanted outputs as it comes."""
        self.seen.errors.pop(step.id, None)
        with self._noted(step):
            yield from makings(self._call(step, wanted), wanted, partial(self._store, step))

    def _call(self, step: Step, wanted: tuple[Output, ...]) -> Iterator[Produced]:
        definition = self.compiled.producers[wanted[0].asset.key]
        if definition.sql is not None:
            raise InvariantError(f"{definition.key} is a query, and this run has no warehouse", code="E185")
        keys = frozenset(output.asset.key for output in wanted) if definition.can_subset else definition.keys
        services = Services(self.values.run_id, self.values.log, Resources(self.values.resources))
        loaded = {}
        for name, value in load_inputs(definition.inputs, self.compiled.inputs_of(definition), self.values):
            loaded[name] = value
            self.seen.loaded[step.id] = len(loaded)
        for produced in produce(definition, keys, loaded, services):
            self.seen.values[definition.node_name, produced.output.name] = produced.value
            yield produced

    @contextmanager
    def _noted(self, step: Step) -> Iterator[None]:
        """Keep what is raised, which the caller of `materialize()` may want as it is."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit) as error:
            self.seen.errors[step.id] = error
            self.cancellation.cancel()
            raise Canceled("canceled") from error
        except Exception as error:
            self.seen.errors[step.id] = error
            raise

    def _store(self, step: Step, output: Output, produced: Produced) -> Built:
        key = output.asset.key
        with self._noted(step):
            name = self.compiled.producers[key].node_name
            built, self.seen.materializations[key] = store_output(produced, key, name, self.values)
        if produced.stores_value:
            self.seen.stored.add(key)
        return built
