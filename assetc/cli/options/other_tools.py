"""Words of other tools: options of dbt without a meaning here, options that are not built yet, commands called else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import click

from assetc.cli.stop import BAD_INPUT, Stopped

WITHOUT_MEANING: dict[str, bool] = {
    **dict.fromkeys(
        (
            *(
                "--cache-selected-only",
                "--populate-cache",
                "--log-cache-events",
                "--macro-debugging",
                "--hints-enabled",
            ),
            *("--partial-parse", "--partial-parse-file-diff", "--static-parser", "--use-experimental-parser"),
            *("--use-v2-parser", "--print", "--send-anonymous-usage-stats", "--show-all-deprecations"),
            *("--snowflake-projects-otel", "--use-colors-file", "--use-fast-test-edges", "--version-check"),
            *("--upload-to-artifacts-ingest-api", "--show-resource-report", "--write-json", "--introspect"),
            *("--inject-ephemeral-ctes", "--clean-project-files-only", "--skip-profile-setup", "--skip-debug"),
            *("--full-refresh", "-f", "--fail-fast", "-x"),  # of commands that build nothing
        ),
        False,
    ),
    **dict.fromkeys(
        (
            *("--deprecated-print", "--log-file-max-bytes", "--log-format-file", "--log-level-file", "--sqlparse"),
            *("--maximum-seed-size-mib", "--partial-parse-file-path", "--printer-width", "--v2-parser"),
            *("--static-analysis", "--compute", "--indirect-selection"),
        ),
        True,
    ),
}
"""Options of dbt that are taken and do nothing, and whether a value follows: they say how dbt works, not what it does.

Without a value each can also be `--no-...`.
"""

_UPSTREAM = "What is missing in this target is built by: assetc build --select +NAME"
_CHANGED = "assetc run --changed builds what is missing or stale, without the artifacts of another run"
_ROWS = "assetc compile checks the project without rows, assetc plan shows what would be done"
_TIME = "Filter by a variable in the model, and give it with --vars"
_WARN = "assetc compile shows all warnings; their codes stand in brackets"

NOT_BUILT: dict[str, str] = {
    "--defer": _UPSTREAM,
    "--favor-state": _UPSTREAM,
    "--deprecated-defer": _UPSTREAM,
    "--deprecated-favor-state": _UPSTREAM,
    "--defer-state": _UPSTREAM,
    "--state": _CHANGED,
    "--deprecated-state": _CHANGED,
    "--empty": _ROWS,
    "--sample": _TIME,
    "--sampled": _TIME,
    "--with-sample": _TIME,
    "--event-time-start": _TIME,
    "--event-time-end": _TIME,
    "--store-failures": "assetc show NAME shows the rows that a check finds",
    "--warn-error": _WARN,
    "--warn-error-options": _WARN,
    "--export-saved-queries": "Semantic models are not built yet",
    "--include-saved-query": "Semantic models are not built yet",
    "--inline": "assetc show --inline compiles a query and shows its rows",
    "--inline-direct": "--inline takes a query, too",
    "--show": "assetc show NAME shows the rows",
    "--config-dir": "assetc debug says which project and profile are used",
    "--record-timing-info": "logs/assetc.log has the time of each step",
    "-r": "logs/assetc.log has the time of each step",
}
"""Options of dbt that would change what is done, each with what helps instead."""

SAME_AS = {"--single-threaded": ["--threads", "1"]}
"""Options of dbt with another name here."""

CALLED_HERE = {
    "audit": "test",
    "dev": "run",
    "evaluate": "show",
    "fetchdf": "show --inline",
    "format": "compile",
    "info": "debug",
    "lint": "compile",
    "materialize": "run",
    "render": "compile --show",
}
"""Commands of dbt, Dagster and SQLMesh that are called otherwise."""

INSTEAD = {
    "automation": "A scheduler such as cron can call: assetc run --changed",
    "backfill": "assetc run --full-refresh builds everything again",
    "clone": "assetc run --target NAME builds the assets in another target",
    "daemon": "A scheduler such as cron can call: assetc run --changed",
    "deps": "Copy the macros of a package that you use below macros/",
    "diff": "assetc plan --changed says what changed, and why it would be built",
    "docs": "assetc asset show NAME and assetc lineage NAME show an asset and what is around it",
    "job": "A named selection in selectors.yml is one: assetc run --selector NAME",
    "parse": "assetc compile says everything that is wrong, without a connection",
    "run-operation": 'A hook of a model can call a macro; assetc show --inline "{{ macro() }}" shows what one gives',
    "schedule": "A scheduler such as cron can call: assetc run --changed",
    "sensor": "A scheduler such as cron can call: assetc run --changed",
    "snapshot": "An incremental model can keep the history of a table: materialized='incremental'",
    "source": "A check can select rows when the newest is too old: a query below checks/",
    "sources": "assetc ls --resource-type source lists them",
    "status": "assetc plan --changed says what is missing or stale",
    "ui": "assetc lineage, asset show and runs list show what there is",
}
"""What helps instead of a command that is not built yet."""


_OFF = frozenset({"", "0", "f", "false", "n", "no", "off"})


def said_by_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables by which dbt would be asked for what is not built yet, each with what helps instead."""
    for option, hint in NOT_BUILT.items():
        for prefix in ("DBT_ENGINE_", "DBT_"):
            name = prefix + option.strip("-").replace("-", "_").upper()
            if environment.get(name, "").casefold() not in _OFF:
                yield name, hint


def not_built(what: str, hint: str) -> Stopped:
    """The end of a command that asks for what is not built; it is said."""
    click.echo(f"error[E162]: {what} is not built yet", err=True)
    click.echo(f"  = hint: {hint}", err=True)
    return Stopped(BAD_INPUT)


def parse_with_dbts(parse: Callable[[list[str]], list[str]], arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is left after the arguments are parsed, and the options of dbt that they have and this command has not.

    Those that are not built yet end the command.
    """
    others: list[str] = []
    while True:
        try:
            return parse(list(arguments)), others
        except click.NoSuchOption as error:
            first, end = _place_in(arguments, error)
            others += arguments[first:end]
            arguments = arguments[:first] + SAME_AS.get(error.option_name, []) + arguments[end:]


def _place_in(arguments: list[str], error: click.NoSuchOption) -> tuple[int, int]:
    """Where an option that has no meaning here begins and ends, with its value."""
    name = error.option_name
    positive = f"--{name[5:]}" if name.startswith("--no-") else name
    if name in NOT_BUILT:
        raise not_built(name, NOT_BUILT[name]) from error
    first = next((at for at, each in enumerate(arguments) if each.partition("=")[0] == name), None)
    if first is None or not (positive in NOT_BUILT or positive in WITHOUT_MEANING or positive in SAME_AS):
        raise error
    has_value_apart = WITHOUT_MEANING.get(name, False) and "=" not in arguments[first]
    return first, first + 1 + has_value_apart
