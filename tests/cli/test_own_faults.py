"""When assetc itself fails, that is told in one paragraph, and the trace is in the log file."""

from __future__ import annotations

import pytest

from assetc.cli import opening
from assetc.runtime.steps import project_checks, project_work


def broken(*_: object, **__: object) -> None:
    raise KeyError("nothing of yours, t0psecret")


def test_a_fault_of_a_command_is_told_as_ours(assetc, shop, monkeypatch):
    monkeypatch.setattr("assetc.cli.commands.ls.things_of", broken)
    monkeypatch.setenv("DBT_ENV_SECRET_KEY", "t0psecret")
    told = assetc("ls")
    assert told.code == 1 and told.out == ""
    assert "Traceback" not in told.err
    assert "assetc itself failed: KeyError: 'nothing of yours, *****'" in told.err
    assert "This is a fault of assetc, not of your project." in told.err and "report" in told.err
    log = (shop / "logs" / "assetc.log").read_text()
    assert "Traceback" in log and "test_own_faults.py" in log and "t0psecret" not in log


def test_so_is_one_before_a_project_is_open(assetc, shop, monkeypatch):
    monkeypatch.setattr(opening, "open_workspace", broken)
    told = assetc("run")
    assert told.code == 1 and "assetc itself failed" in told.err and str(shop / "logs" / "assetc.log") in told.err


@pytest.mark.parametrize("place", ["a file in its way", "another folder"])
def test_the_log_file_is_where_the_command_has_it(assetc, shop, monkeypatch, place):
    monkeypatch.setattr("assetc.cli.commands.ls.things_of", broken)
    (shop / "logs").write_text("") if place == "a file in its way" else (shop / "logs").mkdir()
    told = assetc("ls") if place == "a file in its way" else assetc("ls --log-path other")
    expected = "cannot be written" if place == "a file in its way" else "other/assetc.log"
    assert "Traceback" not in told.err and expected in told.err


def test_what_the_machine_refuses_is_no_fault_of_ours(assetc, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("assetc.cli.commands.ls.things_of", full)
    told = assetc("ls")
    assert told.code == 1 and "error[E197]: somewhere cannot be used: No space left on device" in told.err
    assert "Traceback" not in told.err and "fault of assetc" not in told.err


def test_a_step_in_which_we_fail_says_so(assetc, shop, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        return {}["nothing"]

    fail.__code__ = fail.__code__.replace(co_filename=project_work.__file__)
    monkeypatch.setattr(project_checks.ProjectChecks, "query", fail)
    told = assetc("build -s +orders")
    assert told.code == 1 and "Traceback" not in told.err
    assert "assetc itself failed: KeyError: 'nothing'" in told.err
    assert "Traceback" in (shop / "logs" / "assetc.log").read_text()
