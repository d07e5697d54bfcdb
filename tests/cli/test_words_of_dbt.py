"""What somebody types who comes from dbt: every option of its commands is taken, or said not to be built yet."""

from __future__ import annotations

import pytest

from assetc.cli.main import group
from assetc.cli.options.other_tools import CALLED_HERE, INSTEAD, NOT_BUILT
from assetc.cli.stop import Stopped

COMMON = (
    "--cache-selected-only --debug --fail-fast --hints-enabled --indirect-selection=eager --log-cache-events "
    "--log-file-max-bytes=1 --log-format=json --log-format-file=json --log-level=info --log-level-file=info "
    "--log-path=l --macro-debugging --maximum-seed-size-mib=1 --partial-parse --partial-parse-file-path=x "
    "--partial-parse-file-diff --populate-cache --print --printer-width=80 --profile=x --quiet "
    "--send-anonymous-usage-stats --single-threaded --snowflake-projects-otel --show-all-deprecations --static-parser "
    "--target=t --use-colors --use-colors-file --use-experimental-parser --use-v2-parser --v2-parser=x --version-check "
    "--write-json --use-fast-test-edges --upload-to-artifacts-ingest-api --show-resource-report --deprecated-print=1 "
    "--project-dir=. --profiles-dir=. --target-path=x --vars={}"
)
NOT_YET = "--defer --defer-state=x --favor-state --state=x --warn-error --warn-error-options=x --record-timing-info=x"
SELECTION = "--exclude=a --select=a -s=a -m=a --models=a --model=a --selector=a"
TYPES = "--resource-types=model --resource-type=model --exclude-resource-types=model --exclude-resource-type=model"
TIMES = "--empty --event-time-start=x --event-time-end=x --sample=x"

OF = {
    "build": (f"{SELECTION} {TYPES} -f --full-refresh --sqlparse={{}} --threads=1", f"{TIMES} --store-failures --show"),
    "clean": ("--clean-project-files-only", ""),
    "compile": (f"{SELECTION} --full-refresh --output=json --introspect --inject-ephemeral-ctes", "--empty --inline=x"),
    "debug": ("--connection", "--config-dir"),
    "init": ("--skip-profile-setup --skip-debug", ""),
    "list": (f"{SELECTION} {TYPES} --output=name --output-keys=name", ""),
    "retry": ("--full-refresh -f", ""),
    "run": (f"{SELECTION} --full-refresh --sqlparse={{}} --threads=1", TIMES),
    "seed": (f"{SELECTION} --full-refresh", "--empty --show"),
    "show": (f"{SELECTION} --full-refresh --output=json --limit=1 --inline=x --introspect", "--inline-direct=x"),
    "test": (f"{SELECTION} {TYPES}", "--store-failures"),
}
"""What each command of dbt takes, and what of it is not built yet here."""


def parse(command: str, *options: str) -> None:
    with group.make_context("assetc", [command, *options]) as context:
        name, found, arguments = group.resolve_command(context, [command, *options])
        assert found is not None
        found.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("command", OF)
def test_every_option_is_taken_or_said_not_to_be_built(command, capsys):
    taken, not_yet = OF[command]
    for option in f"{COMMON} {taken}".split():
        parse(command, option)
    for option in f"{NOT_YET} {not_yet}".split():
        with pytest.raises(Stopped):
            parse(command, option)
        assert f"error[E162]: {option.partition('=')[0]} is not built yet\n  = hint: " in capsys.readouterr().err


@pytest.mark.parametrize("option", [name for name in NOT_BUILT if name.startswith("--")])
def test_that_it_is_not_wanted_may_be_said(option):
    parse("run", f"--no-{option[2:]}", "--select", "a", "--no-partial-parse", "--printer-width", "80", "--vars", "{}")


def test_options_may_stand_before_the_command(assetc):
    told = assetc(
        "--no-partial-parse --printer-width 80 --fail-fast --indirect-selection cautious ls -s orders --quiet"
    )
    assert (told.code, told.out) == (0, "orders\n")
    assert assetc("--warn-error ls").code == 2
    assert assetc("--single-threaded run -s raw_orders").code == 0


def test_what_nobody_knows_is_no_option(assetc):
    told = assetc("run --defre")
    assert told.code == 2 and "--defre" in told.err and "not built" not in told.err


@pytest.mark.parametrize("command", INSTEAD)
def test_a_command_that_is_not_built_says_what_helps(assetc, command):
    told = assetc(f"{command} -s x --whatever")
    assert told.code == 2
    assert f"error[E162]: assetc {command} is not built yet\n  = hint: {INSTEAD[command]}\n" in told.err


@pytest.mark.parametrize("command", CALLED_HERE)
def test_a_command_that_is_called_otherwise_is_named(assetc, command):
    told = assetc(f"{command} x")
    assert told.code == 2 and f"assetc {CALLED_HERE[command]} does that" in told.err


def test_what_is_set_in_the_environment_and_not_built_is_said(assetc, monkeypatch):
    monkeypatch.setenv("DBT_EMPTY", "true")
    monkeypatch.setenv("DBT_ENGINE_DEFER", "1")
    monkeypatch.setenv("DBT_FAVOR_STATE", "false")
    told = assetc("run -s raw_orders")
    assert told.code == 0
    assert "warning[W223]: DBT_EMPTY is not built yet and has no effect" in told.err
    assert "DBT_ENGINE_DEFER" in told.err and "FAVOR_STATE" not in told.err
