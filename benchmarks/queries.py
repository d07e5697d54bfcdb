"""The SQL of the models: about 76 lines and 20 columns each, with CTEs, joins, windows and stars."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.project import BenchmarkProject, Kind, Model
from benchmarks.vocabulary import ATTRIBUTES, MEASURES, STATUSES

Lines = list[str]
Columns = list[tuple[str, Kind]]


@dataclass(frozen=True, slots=True)
class Names:
    """How a form of the project writes the names of models and of raw tables."""

    model: Callable[[str], str]
    raw: Callable[[str], str]


PLAIN = Names(str, lambda name: f"raw.{name}")
DBT = Names(lambda name: f"{{{{ ref('{name}') }}}}", lambda name: f"{{{{ source('raw', '{name}') }}}}")


def query_of(project: BenchmarkProject, model: Model, names: Names) -> str:
    """The text of a model's file; what it reads must have been written before."""
    lines = _staging(project, model, names) if model.layer == "staging" else _joining(project, model, names)
    return "\n".join(lines) + "\n"


def _cte(name: str, lines: Lines) -> Lines:
    return [f"{name} as (", *(f"    {line}" for line in lines), "),"]


def _select(items: Sequence[str | Lines], *rest: str) -> Lines:
    lines = ["select"]
    for number, item in enumerate(items):
        own = [item] if isinstance(item, str) else item
        ends = number == len(items) - 1 or own[-1].endswith((",", "%}"))
        lines += [f"    {line}" for line in own[:-1]]
        lines.append(f"    {own[-1]}{'' if ends else ','}")
    return [*lines, *rest]


def _finished(lines: Lines) -> Lines:
    return [*lines[:-1], ")", "select * from final"]


def _dollars(column: str) -> str:
    return f"{{{{ cents_to_dollars('{column}') }}}}"


def _staging(project: BenchmarkProject, model: Model, names: Names) -> Lines:
    chance = random.Random(f"sql{model.number}")
    table = project.raw[model.raw[0]]
    model.columns = [("id", "key"), ("customer_id", "key"), ("created_at", "other"), ("updated_at", "other")]
    model.columns += [("status", "other"), *((name, "measure") for name in table.measures)]
    model.columns += [*((name, "attribute") for name in table.attributes), ("lifecycle", "attribute")]
    lines = ["with source as (", f"    select * from {names.raw(table.name)}", "),"]
    items = [*_cleaned(table.measures, table.attributes, is_template=model.is_template)]
    lifecycle = _lifecycle(table.measures[0], chance.randint(1, 50))
    lines += _cte("renamed", _select([*items, lifecycle], "from source", "where not is_deleted"))
    newest = "row_number() over (partition by id order by updated_at desc) as row_num"
    lines += _cte("deduplicated", _select(["*", newest], "from renamed"))
    final, sources = [f"deduplicated.{name}" for name, _ in model.columns], ["from deduplicated"]
    if len(model.raw) > 1:
        measure, attribute = project.raw[model.raw[1]].measures[0], project.raw[model.raw[1]].attributes[0]
        looked_up = ["customer_id", f"max({attribute}) as lookup_{attribute}", f"sum({measure}) as lookup_{measure}"]
        group = [f"from {names.raw(model.raw[1])}", "group by customer_id"]
        lines += _cte("lookup", _select([*looked_up, "count(*) as lookup_rows"], *group))
        final += [f"lookup.lookup_{attribute}", f"lookup.lookup_{measure}", "coalesce(lookup.lookup_rows, 0) as rows"]
        model.columns += [(f"lookup_{attribute}", "attribute"), (f"lookup_{measure}", "measure"), ("rows", "other")]
        sources.append("left join lookup on deduplicated.customer_id = lookup.customer_id")
    return _finished(lines + _cte("final", _select(final, *sources, "where deduplicated.row_num = 1")))


def _cleaned(measures: Sequence[str], attributes: Sequence[str], *, is_template: bool) -> Lines:
    times = [f"cast({name} as timestamp) as {name}" for name in ("created_at", "updated_at")]
    lines = ["id", "customer_id", *times, "lower(trim(status)) as status"]
    for number, name in enumerate(measures):
        if is_template and number == 0:
            lines.append(f"{_dollars(name)} as {name}")
        else:
            lines.append(f"coalesce({name}, 0) as {name}" if number % 3 == 1 else f"cast({name} as double) as {name}")
    for number, name in enumerate(attributes):
        lines.append(f"nullif(trim({name}), '') as {name}" if number % 2 else f"upper({name}) as {name}")
    return lines


def _lifecycle(measure: str, least: int) -> Lines:
    active = f"    when status in ('new', 'open') and {measure} > {least} then 'active'"
    return ["case", active, "    when status = 'closed' then 'inactive'", "    else 'unknown'", "end as lifecycle"]


@dataclass(frozen=True, slots=True)
class _Picked:
    """What a model takes of one upstream model: columns with the names that they get."""

    cte: str
    upstream: Model
    measures: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]


def _picked(chance: random.Random, model: Model, upstream: Model, place: int) -> _Picked:
    measures, attributes = upstream.of_kind("measure"), upstream.of_kind("attribute")
    taken = chance.sample(measures, min(len(measures), 2 if place else 3))
    described = chance.sample(attributes, min(len(attributes), 1 if place else 2))
    return _Picked(
        "base" if place == 0 else upstream.name.partition("__")[2],
        upstream,
        tuple((name, _renamed(MEASURES, model.number + 3 * place, place, at)) for at, name in enumerate(taken)),
        tuple((name, _renamed(ATTRIBUTES, model.number + 2 * place, place, at)) for at, name in enumerate(described)),
    )


def _renamed(words: Sequence[str], start: int, place: int, at: int) -> str:
    return f"{words[(start + at) % len(words)]}_{place + 1}{'abc'[at]}"


def _joining(project: BenchmarkProject, model: Model, names: Names) -> Lines:
    chance = random.Random(f"sql{model.number}")
    upstream = [project.models[name] for name in model.upstream]
    picked = [_picked(chance, model, each, place) for place, each in enumerate(upstream)]
    lines = ["with base as (", f"    select * from {names.model(upstream[0].name)}", "),"]
    for each in picked[1:]:
        taken = [name for name, _ in (*each.measures, *each.attributes)]
        rest = (f"from {names.model(each.upstream.name)}", "where status <> 'deleted'")
        lines += _cte(each.cte, _select(["id", "customer_id", "status", *taken], *rest))
    lines += _cte("joined", _joined(chance, model, picked))
    finish = _windowed if model.layer == "intermediate" else _totalled
    return _finished(lines + finish(model, picked[0].measures[0][1], picked[-1].measures[-1][1]))


def _joined(chance: random.Random, model: Model, picked: list[_Picked]) -> Lines:
    model.columns = [("id", "key"), ("customer_id", "key"), ("created_at", "other"), ("status", "other")]
    items: list[str | Lines] = [f"base.{name}" for name, _ in model.columns]
    for place, each in enumerate(picked):
        for name, alias in each.measures:
            value = f"coalesce({each.cte}.{name}, 0)" if place else f"{each.cte}.{name}"
            items.append(f"{value} as {alias}")
        items += [f"{each.cte}.{name} as {alias}" for name, alias in each.attributes]
        model.columns += [(alias, "measure") for _, alias in each.measures]
        model.columns += [(alias, "attribute") for _, alias in each.attributes]
    value, low, high = f"base.{picked[0].measures[0][0]}", chance.randint(5, 40), chance.randint(60, 200)
    tiers = [f"    when {value} >= {high} then 'high'", f"    when {value} >= {low} then 'medium'"]
    items.append(["case", *tiers, "    else 'low'", "end as tier"])
    model.columns.append(("tier", "attribute"))
    joins = [
        f"left join {each.cte} on base.{'customer_id' if place % 2 else 'id'} = {each.cte}.id"
        for place, each in enumerate(picked[1:])
    ]
    return _select(items, "from base", *joins)


def _windows(first: str, last: str) -> Lines:
    order = "partition by customer_id order by created_at, id"
    rows = "rows between unbounded preceding and current row"
    return [f"sum({first}) over ({order} {rows}) as running_{first}", f"lag({last}) over ({order}) as prev_{last}"]


def _windowed(model: Model, first: str, last: str) -> Lines:
    """The end of an intermediate model: half of them list their columns, half take a star."""
    items = ["*", *_windows(first, last), f"rank() over (partition by tier order by {first} desc) as tier_rank"]
    model.columns += [(f"running_{first}", "measure"), (f"prev_{last}", "measure"), ("tier_rank", "other")]
    if model.is_template:
        items.append(f"{_dollars(last)} as {last}_usd")
        model.columns.append((f"{last}_usd", "measure"))
    final = [name for name, _ in model.columns] if model.number % 2 == 0 else ["*"]
    lines = _cte("windowed", _select(items, "from joined"))
    return lines + _cte("final", _select(final, "from windowed", "where id is not null"))


def _totalled(model: Model, first: str, last: str) -> Lines:
    """The end of a mart: totals of the customer beside each row."""
    totals: list[str | Lines] = ["customer_id", "count(*) as row_count", f"sum({first}) as total_{first}"]
    totals += [f"avg({last}) as avg_{last}", "max(created_at) as last_seen_at"]
    added: Columns = [("row_count", "other"), (f"total_{first}", "measure"), (f"avg_{last}", "measure")]
    if model.is_template:
        value = f"sum(case when status = '{{{{ s }}}}' then {first} else 0 end) as {{{{ s }}}}_{first},"
        totals.insert(1, [f"{{% for s in {list(STATUSES[:3])} %}}", value, "{% endfor %}"])
        added += [(f"{status}_{first}", "measure") for status in STATUSES[:3]]
    final = [f"windowed.{name}" for name, _ in model.columns]
    final += [f"windowed.running_{first}", f"windowed.prev_{last}", *(f"customer_totals.{name}" for name, _ in added)]
    final.append(f"windowed.{first} / nullif(customer_totals.total_{first}, 0) as share_of_{first}")
    model.columns += [(f"running_{first}", "measure"), (f"prev_{last}", "measure"), *added]
    rest = ["from windowed", "left join customer_totals on windowed.customer_id = customer_totals.customer_id"]
    if model.number % 6 == 0:
        rest += [f"where windowed.{first} >= (select min({first}) from joined)", f"    or windowed.{first} is null"]
    lines = _cte("customer_totals", _select(totals, "from joined", "group by customer_id"))
    lines += _cte("windowed", _select(["*", *_windows(first, last)], "from joined"))
    return lines + _cte("final", _select(final, *rest))
