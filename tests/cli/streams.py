"""Event streams of runs that never happened, for looking at what they look like."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.adapters.protocol import Identity
from assetc.compiler.asset import Asset, Check, CheckConfig, NodeId
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.place import Span, TextId, span_of
from assetc.compiler.plan import MATERIALIZE, REUSE, ExecuteCheck, Output, Plan, RunBody, Step
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.events import (
    Event,
    LogWritten,
    RunFinished,
    RunStarted,
    StepFinished,
    StepRetried,
    StepsReused,
    StepStarted,
)

START = 1_795_251_601.0
IDENTITY = Identity("duckdb", "/home/ann/shop/.assetc/warehouse.duckdb", "warehouse", "main")

FACT_ORDERS = """\
select
    o.order_id,
\tc.id, o.custmer_id
from stg_orders o
"""


def build(name: str, materialized: str = "table", kind: str = "model", *, reuse: bool = False, reasons=("selected",)):
    key = AssetKey(name)
    place = Span(f"models/{key.name}.{'py' if kind == 'python' else 'sql'}", 0, 1, 1, 1)
    config = AssetConfig(materialized=materialized)
    asset = Asset(key, kind, TextId(place.path), place, config, Relation(None, "main", key.name), "v1")
    work = REUSE if reuse else RunBody(key.name) if kind == "python" else MATERIALIZE
    return Step(name, (Output(name, asset, tuple(reasons)),), work, "dev")


def check(name: str, asset: str) -> Step:
    place = Span("models/schema.yml", 0, 1, 12, 9)
    own = Check(NodeId("test", "shop", name), name, "unique", (AssetKey(asset),), CheckConfig(), place)
    test = ExecuteCheck(f"check:shop/{name}", own)
    return Step(test.id, (), test, "dev")


STEPS: tuple[Step, ...] = (
    build("raw_orders", "seed", "seed"),
    build("stg_customers", "view", reuse=True, reasons=("up to date",)),
    build("stg_orders", "incremental", reasons=("selected", "code changed")),
    check("unique_stg_orders_order_id", "stg_orders"),
    build("int_orders__enriched"),
    check("row_count_is_usual", "int_orders__enriched"),
    build("fct_orders", "incremental"),
    build("fct_orders__daily"),
    build("mart_finance__daily"),
    build("py_churn_score", "table", "python"),
    build("marketing/attribution/touchpoints_by_channel_and_campaign_weekly"),
)


def run(*, fails: bool = True, until: float = 99.0) -> Iterator[Event]:
    """The events of a run up to a number of seconds after its start."""
    for event in _run(fails=fails):
        if event.at <= START + until:
            yield event


def _run(*, fails: bool) -> Iterator[Event]:
    by_name = {step.id.rpartition("/")[2] if not step.makes else step.id: step for step in STEPS}
    usual = (("stg_orders", 1.7), ("int_orders__enriched", 3.0), ("fct_orders", 5.8), ("py_churn_score", 4.4))
    usual += (("fct_orders__daily", 1.0), ("mart_finance__daily", 0.4))
    plan = Plan("build", STEPS, ())
    yield RunStarted(START, "9b20de41", plan, IDENTITY, 4, usual)
    yield StepsReused(START, (by_name["stg_customers"],))
    yield StepStarted(START + 0.1, by_name["raw_orders"])
    yield ended(by_name["raw_orders"], 0.4, seconds=0.31, rows=50_000)
    yield StepStarted(START + 0.4, by_name["stg_orders"])
    yield StepStarted(START + 0.4, by_name["py_churn_score"])
    yield LogWritten(START + 1.0, "info", "epoch 3/5", "py_churn_score")
    yield ended(by_name["stg_orders"], 2.2, seconds=1.8, rows=18_204)
    yield StepStarted(START + 2.2, by_name["unique_stg_orders_order_id"])
    yield ended(by_name["unique_stg_orders_order_id"], 2.3, seconds=0.04, check="pass", failures=0)
    yield StepStarted(START + 2.3, by_name["int_orders__enriched"])
    yield StepStarted(START + 2.3, STEPS[-1])
    yield StepRetried(START + 4.0, STEPS[-1], 1, 2.0, "IO Error: could not read s3://bucket/touchpoints.parquet")
    yield ended(by_name["int_orders__enriched"], 5.7, seconds=3.4, rows=1_200_331)
    warning = "Got 12 results, configured to warn if != 0"
    yield ended(by_name["row_count_is_usual"], 5.9, seconds=0.2, check="warn", failures=12, message=warning)
    yield StepStarted(START + 5.9, by_name["fct_orders"])
    if fails:
        yield from _failure(by_name)
    else:
        for index, name in enumerate(("fct_orders", "fct_orders__daily", "mart_finance__daily")):
            yield ended(by_name[name], 7.0 + index, seconds=1.0, rows=10)
    yield ended(by_name["py_churn_score"], 9.9, seconds=9.5)
    yield ended(STEPS[-1], 10.0, seconds=7.7, rows=41_003_112)
    yield RunFinished(START + 10.0, "9b20de41", "failed" if fails else "success", 10.0)


def _failure(by_name: dict[str, Step]) -> Iterator[Event]:
    start = FACT_ORDERS.index("o.custmer_id")
    fault = diagnostic(
        "E116",
        'column "custmer_id" not found in stg_orders',
        span_of("models/fct_orders.sql", FACT_ORDERS, start, start + len("o.custmer_id")),
        label="did you mean o.customer_id?",
        hint="stg_orders has order_id, customer_id, status, amount, created_at",
    )
    message = 'Binder Error: Table "o" does not have a column named "custmer_id"'
    yield ended(by_name["fct_orders"], 6.3, "failed", seconds=0.4, message=message, diagnostic=fault)
    for name in ("fct_orders__daily", "mart_finance__daily"):
        yield ended(by_name[name], 6.3, "skipped", because=("fct_orders",))


def ended(step: Step, at: float, status="success", **facts) -> StepFinished:
    return StepFinished(START + at, step, step.parts[0], status, facts.pop("seconds", 0.0), **facts)


def read_text(path: str) -> str | None:
    return FACT_ORDERS if path == "models/fct_orders.sql" else None
