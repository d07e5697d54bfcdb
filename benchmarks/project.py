"""A project of any size: staging views over raw tables, intermediate tables, marts. The same every time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.vocabulary import ATTRIBUTES, DOMAINS, ENTITIES, MEASURES

Layer = Literal["staging", "intermediate", "marts"]
Kind = Literal["key", "measure", "attribute", "other"]

MODELS_IN_A_FOLDER = 40


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table that is there before."""

    name: str
    measures: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(slots=True)
class Model:
    """One model. `columns` are filled in when its SQL is written, upstream first."""

    name: str
    layer: Layer
    domain: str
    number: int
    folder: str
    upstream: tuple[str, ...]
    raw: tuple[str, ...]
    columns: list[tuple[str, Kind]] = field(default_factory=list)

    @property
    def is_template(self) -> bool:
        """Whether it calls a macro or has a loop: one in four does."""
        return random.Random(f"m{self.number}").random() < 0.25

    @property
    def is_tested(self) -> bool:
        """Whether its key is tested: that of one in three is."""
        return self.number % 3 == 0

    def of_kind(self, kind: Kind) -> list[str]:
        """The names of the columns of a kind."""
        return [name for name, own in self.columns if own == kind]


@dataclass(frozen=True, slots=True)
class BenchmarkProject:
    """Models, upstream first, and the tables that they read."""

    raw: dict[str, RawTable]
    models: dict[str, Model]


def make_project(size: int) -> BenchmarkProject:
    """A project of `size` models, 2.4 upstream relations each."""
    raw = [_raw_table(number) for number in range(max(8, size // 10))]
    levels: list[list[Model]] = []
    in_folder: dict[tuple[Layer, str], int] = {}
    number = 0
    for layer, count in _levels(size):
        level: list[Model] = []
        for place in range(count):
            domain = DOMAINS[place * len(DOMAINS) // max(1, count)]
            position = in_folder[layer, domain] = in_folder.get((layer, domain), -1) + 1
            folder = f"{layer}/{domain}_{position // MODELS_IN_A_FOLDER:02}"
            level.append(_model(layer, domain, folder, number, place / max(1, count), levels, raw))
            number += 1
        levels.append(level)
    return BenchmarkProject(
        {table.name: table for table in raw}, {model.name: model for level in levels for model in level}
    )


def _levels(size: int) -> list[tuple[Layer, int]]:
    """30% staging, 40% intermediate models on four levels, 30% marts on three."""
    staging, intermediate = max(1, round(size * 0.3)), round(size * 0.4)
    marts = size - staging - intermediate
    levels: list[tuple[Layer, int]] = [("staging", staging)]
    levels += [("intermediate", intermediate // 4 + (level < intermediate % 4)) for level in range(4)]
    levels += [("marts", marts // 3 + (level < marts % 3)) for level in range(3)]
    return levels


def _raw_table(number: int) -> RawTable:
    chance = random.Random(f"raw{number}")
    name = f"{ENTITIES[number % len(ENTITIES)]}_{number:04}"
    measures = tuple(chance.sample(MEASURES, chance.randint(4, 7)))
    return RawTable(name, measures, tuple(chance.sample(ATTRIBUTES, chance.randint(3, 5))))


def _model(
    layer: Layer,
    domain: str,
    folder: str,
    number: int,
    position: float,
    levels: list[list[Model]],
    raw: list[RawTable],
) -> Model:
    chance = random.Random(f"graph{number}")
    if layer == "staging":
        read = [raw[number % len(raw)].name]
        if chance.random() < 0.35:
            read.append(raw[(number * 7 + 3) % len(raw)].name)
        name = f"stg_{domain}__{read[0].rpartition('_')[0]}_{number:05}"
        return Model(name, layer, domain, number, folder, (), tuple(dict.fromkeys(read)))
    prefix = "int" if layer == "intermediate" else chance.choice(("fct", "fct", "dim"))
    name = f"{prefix}_{domain}__{ENTITIES[number % len(ENTITIES)]}_{number:05}"
    return Model(name, layer, domain, number, folder, _upstream(chance, position, levels), ())


def _upstream(chance: random.Random, position: float, levels: list[list[Model]]) -> tuple[str, ...]:
    """Two to four models: the first of the level before, near the same place, the others of any of the last levels."""
    count = chance.randint(2, 4)
    found: list[str] = []
    for level in [levels[-1], *(chance.choice(levels[-3:]) for _ in range(count - 1))]:
        near = int(position * len(level)) + chance.randint(-6, 6)
        place = near if chance.random() < 0.9 else chance.randrange(len(level))
        found.append(level[min(max(place, 0), len(level) - 1)].name)
    if len(set(found)) < 2:
        found += [model.name for model in levels[-1] if model.name not in found][:1]
    return tuple(dict.fromkeys(found))
