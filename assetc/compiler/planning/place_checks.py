"""Where checks stand in a plan: behind what they read, in front of what needs that, or within the step itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check
from assetc.compiler.plan import BuildStep, CheckStep, Step, StepId, check_id
from assetc.compiler.planning.check_order import blocking_checks
from assetc.definitions.key import AssetKey

Publish: TypeAlias = Literal["after_checks", "before_checks"]
"""When readers see a table that `build` checks."""


def with_checks(
    builds: Mapping[AssetKey, BuildStep],
    barriers: Collection[AssetKey],
    checks: tuple[Check, ...],
    *,
    publish: Publish,
) -> tuple[Step, ...]:
    """Build steps with each check right behind what it reads. `barriers` are reused assets that are checked."""
    gates = _find_gates(builds, checks, publish)
    executed = {key: step for key, step in builds.items() if not step.reuse or key in barriers}
    others = [check for check in checks if check_id(check) not in gates]
    blocked_by = blocking_checks(executed, others)
    waiting = _waiting_checks(builds, checks)
    steps: list[Step] = [_check_step(check, executed, gates) for check in waiting.pop(None, ())]
    for key, step in builds.items():
        found = waiting.get(key, ())
        own_gates = tuple(check_id(check) for check in found if gates.get(check_id(check)) == step.id)
        after = tuple(sorted({*step.after, *blocked_by.get(key, ())})) if key in blocked_by else step.after
        steps.append(_amended(step, after, own_gates))
        steps.extend(_check_step(check, executed, gates) for check in found)
    return tuple(steps)


def _amended(step: BuildStep, after: tuple[StepId, ...], gates: tuple[StepId, ...]) -> BuildStep:
    return replace(step, after=after, gates=gates) if gates or after is not step.after else step


def _waiting_checks(
    builds: Mapping[AssetKey, BuildStep], checks: tuple[Check, ...]
) -> dict[AssetKey | None, list[Check]]:
    """The checks by the asset that is the last of those they read to be built."""
    rank = {key: index for index, key in enumerate(builds)}
    waiting: dict[AssetKey | None, list[Check]] = {}
    for check in checks:
        last = max((key for key in check.assets if key in rank), key=lambda key: rank[key], default=None)
        waiting.setdefault(last, []).append(check)
    return waiting


def _check_step(check: Check, executed: Mapping[AssetKey, BuildStep], gates: Mapping[StepId, StepId]) -> CheckStep:
    step_id = check_id(check)
    after = tuple(sorted({executed[key].id for key in check.assets if key in executed}))
    return CheckStep(step_id, check, after, gate_of=gates.get(step_id))


def _find_gates(
    builds: Mapping[AssetKey, BuildStep], checks: tuple[Check, ...], publish: Publish
) -> dict[StepId, StepId]:
    """The checks that are executed on a table before it is published, with the step that does so."""
    gates: dict[StepId, StepId] = {}
    for check in checks:
        step = builds.get(check.assets[0]) if len(set(check.assets)) == 1 else None
        if step is not None and not step.reuse and _is_gated(step.asset, check, publish):
            gates[check_id(check)] = step.id
    return gates


def _is_gated(asset: Asset, check: Check, publish: Publish) -> bool:
    if check.config.severity != "error" or asset.relation is None:
        return False
    if (asset.config.publish or publish) != "after_checks":
        return False
    return asset.kind in ("seed", "python") or asset.config.materialized in ("table", "incremental")
