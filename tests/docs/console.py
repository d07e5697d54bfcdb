"""Carries out the commands of the documentation in this process: `assetc ...` and `python FILE`."""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import assetc
from assetc.cli.main import main

HOME = "/home/ana/shop"
"""What stands in the documentation where a folder of the machine stood."""

_TIME = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)
_RUN = re.compile(r"\b[0-9a-f]{21}\b")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said. `codes` are those of the exceptions that a script raised."""

    code: int
    out: str
    err: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Console:
    """A terminal in a folder."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, command: str) -> Said:
        """What a command says, without what differs from one time or machine to the next."""
        self.capture.readouterr()
        program, *arguments = shlex.split(command)
        if program == "cd":
            os.chdir(arguments[0])
            return Said(0, "", "")
        if program == "assetc":
            code, codes = main(arguments), ()
        elif program == "python":
            code, codes = self._script(arguments[0])
        else:
            raise AssertionError(f"the documentation runs {program}, which no test can")
        said = self.capture.readouterr()
        return Said(code, self._plain(said.out), self._plain(said.err), codes)

    def _script(self, name: str) -> tuple[int, tuple[str, ...]]:
        program = compile((self.folder / name).read_text(), name, "exec")
        try:
            exec(program, {"__name__": "__main__"})
        except assetc.AssetcError as error:
            sys.stdout.write(f"{type(error).__name__}: {error}\n")
            return 1, (error.code,)
        return 0, ()

    def _plain(self, text: str) -> str:
        text = text.replace(str(self.folder), HOME).replace(os.path.realpath(self.folder), HOME)
        return _RUN.sub("RUN", _TIME.sub("", text))


def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path, home: Path) -> None:
    """A folder to work in, and none of the variables and files of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("ASSETC_", "DBT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(folder)
