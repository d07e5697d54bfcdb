"""Which checks stand between an asset and what is downstream of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assetc.compiler.asset import Check
from assetc.compiler.plan import PartId, Step, check_id
from assetc.definitions.key import AssetKey, parts_of


def blocking_checks(builds: Mapping[AssetKey, Step], checks: Iterable[Check]) -> dict[AssetKey, tuple[PartId, ...]]:
    """The checks that each of the executed steps has to wait for, beside its own `after`.

    A check of error severity holds back the steps that are downstream of *all* assets it reads, and no
    others: so it can neither close a cycle nor make a step wait for assets that it does not need. `builds`
    are in topological order.
    """
    keys = {step.makes[0].id: key for key, step in builds.items()}
    parents = {key: tuple(keys[up] for up in step.after) for key, step in builds.items()}
    single: dict[AssetKey, list[PartId]] = {}
    several: list[tuple[PartId, tuple[AssetKey, ...]]] = []
    for check in checks:
        read = tuple(sorted({key for key in check.assets if key in builds}, key=parts_of))
        if check.config.severity != "error" or not read:
            continue
        if len(read) == 1:
            single.setdefault(read[0], []).append(check_id(check))
        else:
            several.append((check_id(check), read))
    found = {key: {step for up in above for step in single.get(up, ())} for key, above in parents.items()}
    for key, step_id in _first_below_all(parents, several):
        found[key].add(step_id)
    return {key: tuple(sorted(steps)) for key, steps in found.items() if steps}


def _first_below_all(
    parents: Mapping[AssetKey, tuple[AssetKey, ...]], several: list[tuple[PartId, tuple[AssetKey, ...]]]
) -> Iterator[tuple[AssetKey, PartId]]:
    """The steps that are below all assets of a check while none of their parents is, each with that check.

    One bit stands for one check. `seen[n]` are the checks whose n-th asset is above a step.
    """
    if not several:
        return
    width = max(len(read) for _, read in several)
    reads = _bits_by_position(several, width)
    above: dict[AssetKey, list[int]] = {}
    below_all: dict[AssetKey, int] = {}
    for key, near in parents.items():
        seen = [0] * width
        before = 0
        for up in near:
            bits = reads.get(up)
            for position, known in enumerate(above[up]):
                seen[position] |= known if bits is None else known | bits[position]
            before |= below_all[up]
        covered = seen[0]
        for known in seen[1:]:
            covered &= known
        above[key] = seen
        below_all[key] = covered
        yield from ((key, several[index][0]) for index in _ones(covered & ~before))


def _bits_by_position(several: list[tuple[PartId, tuple[AssetKey, ...]]], width: int) -> dict[AssetKey, list[int]]:
    """The checks that read each asset at each position; the last asset fills what is left over."""
    reads: dict[AssetKey, list[int]] = {}
    for index, (_, read) in enumerate(several):
        for position in range(width):
            key = read[min(position, len(read) - 1)]
            reads.setdefault(key, [0] * width)[position] |= 1 << index
    return reads


def _ones(bits: int) -> Iterator[int]:
    """The positions of the ones, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
