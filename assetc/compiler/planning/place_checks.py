"""Where checks stand in a plan: behind what they read, in front of what needs that, or within the step itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check
from assetc.compiler.plan import ExecuteCheck, PartId, Step, check_id
from assetc.definitions.key import AssetKey, parts_of

Publish: TypeAlias = Literal["after_checks", "before_checks"]
"""When readers see a table that `build` checks."""


def with_checks(
    builds: Mapping[AssetKey, Step],
    barriers: Collection[AssetKey],
    behind: Mapping[AssetKey, tuple[PartId, ...]],
    checks: tuple[Check, ...],
    *,
    publish: Publish,
    connection: str,
) -> tuple[Step, ...]:
    """The steps of assets with each check right behind what it reads. `barriers` are reused assets that are checked.

    `behind` says what a reader of each ephemeral model waits for.
    """
    gates = _find_gates(builds, checks, publish)
    executed = {key: step for key, step in builds.items() if not step.is_reused or key in barriers}
    others = [check for check in checks if check_id(check) not in gates]
    blocked_by = blocking_checks(executed, behind.keys(), others)
    read = {key: (step.makes[0].id,) for key, step in executed.items()} | dict(behind)
    waiting = _waiting_checks(builds, behind, checks)

    def check_step(check: Check) -> Step:
        part = check_id(check)
        after = tuple(sorted({up for key in check.assets for up in read.get(key, ())}))
        return Step(part, (), ExecuteCheck(part, check, gates.get(part)), connection, after)

    steps = [check_step(check) for check in waiting.pop(None, ())]
    for key, step in builds.items():
        found = waiting.get(key, ())
        own_gates = tuple(check_id(check) for check in found if gates.get(check_id(check)) == step.makes[0].id)
        needs = tuple(sorted({*step.after, *blocked_by.get(key, ())})) if key in blocked_by else step.after
        steps.append(_amended(step, needs, own_gates))
        steps.extend(map(check_step, found))
    return tuple(steps)


def _amended(step: Step, after: tuple[PartId, ...], gates: tuple[PartId, ...]) -> Step:
    if gates:
        return replace(step, after=after, makes=(replace(step.makes[0], gates=gates),))
    return step if after is step.after else replace(step, after=after)


def _waiting_checks(
    builds: Mapping[AssetKey, Step], behind: Mapping[AssetKey, tuple[PartId, ...]], checks: tuple[Check, ...]
) -> dict[AssetKey | None, list[Check]]:
    """The checks by the asset that is the last of those they read to be built."""
    rank = {key: index for index, key in enumerate(builds)}
    keys = {step.makes[0].id: key for key, step in builds.items()}
    waiting: dict[AssetKey | None, list[Check]] = {}
    for check in checks:
        read = (*check.assets, *(keys[up] for key in check.assets for up in behind.get(key, ())))
        last = max((key for key in read if key in rank), key=lambda key: rank[key], default=None)
        waiting.setdefault(last, []).append(check)
    return waiting


def _find_gates(builds: Mapping[AssetKey, Step], checks: tuple[Check, ...], publish: Publish) -> dict[PartId, PartId]:
    """The checks that are executed on a table before it is published, with the output that is this table."""
    gates: dict[PartId, PartId] = {}
    for check in checks:
        step = builds.get(check.assets[0]) if len(set(check.assets)) == 1 else None
        if step is not None and not step.is_reused and _is_gated(step.makes[0].asset, check, publish):
            gates[check_id(check)] = step.makes[0].id
    return gates


def _is_gated(asset: Asset, check: Check, publish: Publish) -> bool:
    if check.config.severity != "error" or asset.relation is None:
        return False
    if (asset.config.publish or publish) != "after_checks":
        return False
    return asset.config.materialization.stores_rows


def blocking_checks(
    builds: Mapping[AssetKey, Step], ephemeral: Collection[AssetKey], checks: Iterable[Check]
) -> dict[AssetKey, tuple[PartId, ...]]:
    """The checks that each of the executed steps has to wait for, beside its own `after`.

    A check of error severity holds back what is downstream of *all* assets it reads: so it can neither close a cycle
    nor make a step wait for assets that it does not need. An ephemeral model is above those that inline it. `builds`
    are in topological order.
    """
    keys = {step.makes[0].id: key for key, step in builds.items()}
    parents = {
        key: (*(keys[up] for up in step.after), *(up for up, _ in step.makes[0].inlined))
        for key, step in builds.items()
    }
    single: dict[AssetKey, list[PartId]] = {}
    several: list[tuple[PartId, tuple[AssetKey, ...]]] = []
    for check in checks:
        read = tuple(sorted({key for key in check.assets if key in builds or key in ephemeral}, key=parts_of))
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
    nothing = [0] * width
    for key, near in parents.items():
        seen = [0] * width
        before = 0
        for up in near:
            bits = reads.get(up)
            for position, known in enumerate(above.get(up, nothing)):
                seen[position] |= known if bits is None else known | bits[position]
            before |= below_all.get(up, 0)
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
