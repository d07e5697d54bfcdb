"""SIGKILL at any point of a run, then `assetc retry`: nothing is lost, nothing is doubled, nothing is left behind.

What is compared is the sequence that a person would see: two days of data, a run for each. `run` and `build`
always execute what they are asked to, so that an append model has more rows after a second one; `retry` is the
command that goes on, and it must end with the rows of an undisturbed run.

ASSETC_KILLS says how often (20).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from folder import COMMAND, Folder, Rows
from killed_shop import FILES, FIRST_DAY, SECOND_DAY
from postgres_server import connect, postgres_fields, profiles_file, tables_in

from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.project.load import LoadRequest
from assetc.runtime.opening import OpenRequest
from assetc.runtime.plan_project import RunRequest, plan_project
from assetc.runtime.state.records import RunFilter
from assetc.runtime.state.sqlite import State
from assetc.runtime.values.pickled import read_value
from assetc.runtime.workspace import Workspace, open_workspace

KILLS = int(os.environ.get("ASSETC_KILLS", "20"))
STOP_AT = (sys.executable, str(Path(__file__).with_name("stop_at.py")))

SCENARIOS = {
    "first": ("build",),
    "second": ("build", "--threads", "4"),
    "second run": ("run",),
    "refresh": ("run", "-xf"),
}
"""What is killed, and with it how far the project had come: nothing but `first` begins in an empty warehouse."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a project holds: the rows of its relations, the object in its store, the steps in its ledger."""

    tables: Rows
    picked: object
    ledger: Counter[str]
    leftovers: tuple[str, ...]
    stale: frozenset[str]
    running: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A command that nobody killed: what it came to, how long it took, and what there was to be killed at."""

    whole: Whole
    seconds: float
    lines: int
    points: int


class InDuckDb:
    """The warehouse is a file of the project's folder, and is saved with it."""

    def __init__(self, shop: Folder) -> None:
        self.files: dict[str, str] = {}
        self.tables, self.query = shop.tables, shop.query

    def save(self) -> None:
        """Nothing."""

    restore = clear = save


class InPostgres:
    """The warehouse is a database, of which another one is the copy."""

    def __init__(self, shop: Folder) -> None:
        self._fields = postgres_fields(shop.root)
        self._name = str(self._fields["dbname"])
        self.files = {"profiles.yml": profiles_file(self._fields)}

    def tables(self) -> Rows:
        return tables_in(self._fields)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with connect(self._fields) as connection:
            return connection.execute(sql.encode()).fetchall()

    def save(self) -> None:
        self._copy(self._name, f"{self._name}_saved")

    def restore(self) -> None:
        self._copy(f"{self._name}_saved", self._name)

    def clear(self) -> None:
        self._copy("template1", self._name)

    def _copy(self, source: str, copy: str) -> None:
        """What a killed process left running in either is ended: its locks would keep anybody from copying."""
        with connect({**self._fields, "dbname": "postgres"}) as connection:
            connection.execute(f"drop database if exists {copy} with (force)")
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [source])
            connection.execute(f"create database {copy} template {source}")


WAREHOUSES = {"duckdb": InDuckDb, "postgres": InPostgres}


class Grounds:
    """One folder, which is brought back to where a scenario begins; the path stays, since it is in the records."""

    def __init__(self, root: Path, warehouse: str) -> None:
        self.shop = Folder(root / "shop")
        self.warehouse = WAREHOUSES[warehouse](self.shop)
        self._saved = root / "saved"
        self._undisturbed: dict[str, Undisturbed] = {}

    def begin(self, scenario: str) -> Folder:
        if scenario == "first":
            self._clear()
            self.warehouse.clear()
            return self.shop.write({**FILES, **self.warehouse.files, "seeds/raw.csv": FIRST_DAY})
        if not self._saved.exists():
            self.begin("first")
            assert self.shop.assetc("build").code == 0
            shutil.copytree(self.shop.root, self._saved)
            self.warehouse.save()
        self._clear()
        shutil.copytree(self._saved, self.shop.root)
        self.warehouse.restore()
        return self.shop.write({"seeds/raw.csv": SECOND_DAY})

    def undisturbed(self, scenario: str) -> Undisturbed:
        if scenario not in self._undisturbed:
            words = SCENARIOS[scenario]
            began = time.monotonic()
            said = self.begin(scenario).assetc(*words, "--log-level", "debug")
            seconds = time.monotonic() - began - 0.1
            assert said.code == 0, said.err
            whole = whole_of(self)
            counting = self.begin(scenario).start("0", *words, command=STOP_AT)
            points = int(counting.communicate()[0].rpartition("points ")[2])
            self._undisturbed[scenario] = Undisturbed(whole, seconds, said.err.count("\n"), points)
        return self._undisturbed[scenario]

    def _clear(self) -> None:
        shutil.rmtree(self.shop.root, ignore_errors=True)


@pytest.fixture(scope="module", params=sorted(WAREHOUSES))
def grounds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    root = tmp_path_factory.mktemp("killed")
    yield Grounds(root, request.param)
    shutil.rmtree(root)


CASES = [(name, number) for name in WAREHOUSES for number in range(KILLS if name == "duckdb" else KILLS // 2)]


@pytest.mark.parametrize(("grounds", "number"), CASES, indirect=["grounds"])
def test_a_killed_run_that_goes_on_comes_to_what_an_undisturbed_one_does(grounds: Grounds, number: int) -> None:
    chance = random.Random(number)
    scenario = chance.choice(list(SCENARIOS))
    expected = grounds.undisturbed(scenario)
    shop, words = grounds.begin(scenario), SCENARIOS[scenario]
    before = len(runs_of(shop))
    how = kill(shop, words, expected, chance)
    if chance.random() < 0.25 and len(runs_of(shop)) > before:
        how += ", then " + kill(shop, ("retry",), expected, chance)
    again = ("retry",) if len(runs_of(shop)) > before else words
    said = shop.assetc(*again)
    assert said.code == 0, f"{how}\n{said.err}"
    assert whole_of(grounds) == expected.whole, f"{scenario} {how}\n{said.err}"


def test_run_after_a_kill_executes_everything_once_more(grounds: Grounds) -> None:
    """`run` is not `retry`: an append model that had been built before the kill is appended to a second time."""
    once = grounds.undisturbed("second run").whole
    shop = grounds.begin("second run")
    with shop.start("run", "--log-level", "debug") as process:
        kill_at_line(process, words=" ok     history")
    assert shop.assetc("run").code == 0
    assert len(grounds.warehouse.tables()["main.history"]) == len(once.tables["main.history"]) + 420
    assert whole_of(grounds).leftovers == ()


def kill(shop: Folder, words: tuple[str, ...], expected: Undisturbed, chance: random.Random) -> str:
    """Start a command and kill it: at a time, at a line of its log, or at a point where something becomes lasting."""
    match chance.choice(["time", "line", "point", "point"]):
        case "time":
            seconds = expected.seconds * chance.uniform(0.3, 1.0)
            with shop.start(*words) as process:
                time.sleep(seconds)
                process.send_signal(signal.SIGKILL)
            return f"{words[0]} killed after {seconds:.3f} s"
        case "line":
            number = chance.randrange(1, expected.lines)
            with shop.start(*words, "--log-level", "debug", command=COMMAND) as process:
                kill_at_line(process, number)
            return f"{words[0]} killed at line {number}"
        case _:
            number = chance.randrange(1, expected.points)
            with shop.start(str(number), *words, command=STOP_AT) as process:
                process.communicate()
            return f"{words[0]} killed at point {number}"


def kill_at_line(process: object, number: int = sys.maxsize, words: str = "\0") -> None:
    for count, text in enumerate(process.stderr, 1):  # type: ignore[attr-defined]
        if count == number or words in text:
            break
    process.send_signal(signal.SIGKILL)  # type: ignore[attr-defined]


def runs_of(shop: Folder) -> tuple[str, ...]:
    """The status of every recorded run."""
    path = shop.root / ".assetc" / "state.sqlite"
    if not path.exists():
        return ()
    with closing(State(path)) as state:
        return tuple(run.status for run in state.runs(RunFilter(limit=100)))


def whole_of(grounds: Grounds) -> Whole:
    shop = grounds.shop
    steps = grounds.warehouse.query("select step_id from main.assetc_ledger")
    storage = shop.root / ".assetc" / "storage"
    return Whole(
        tables=grounds.warehouse.tables(),
        picked=read_value(storage, AssetKey("picked")),
        ledger=Counter(step.partition(":")[2] for (step,) in steps),
        leftovers=tuple(path.name for path in storage.rglob(".*")),
        stale=stale(shop),
        running=tuple(status for status in runs_of(shop) if status == "running"),
    )


def stale(shop: Folder) -> frozenset[str]:
    """What `run --changed` would build."""
    opened = open_workspace(OpenRequest(shop.root, LoadRequest(environment={})))
    assert isinstance(opened, Workspace)
    with closing(State(shop.root / ".assetc" / "state.sqlite")) as state:
        selected = Selected(frozenset(opened.graph.assets))
        plan = plan_project(opened, RunRequest("run", selected, changed=True), state, None)
    opened.close()
    return frozenset(step.id for step in plan.steps if not getattr(step, "reuse", True))
