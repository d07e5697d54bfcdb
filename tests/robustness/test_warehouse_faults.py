"""What is said and kept when the warehouse is held, full, read-only, or the run is interrupted."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conftest import Make
from folder import WAREHOUSE, Folder, Said, clean_environment

HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""

PROFILE = {
    "assetc.toml": 'name = "shop"\nprofile = "shop"\n',
    "profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: dev.duckdb, lock_timeout: 1}\n",
    "models/a.sql": "select 1 as x",
}

ENDLESS = "select count(*) as n from range(100000000000) a(i) where hash(i) % 7 = 1"


def held_by(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_file_that_another_program_holds_names_its_process(make: Make) -> None:
    shop = make(PROFILE)
    with held_by(shop.root / "dev.duckdb") as holder:
        said = shop.assetc("run")
        holder.kill()
    assert said.code == 1
    assert f"(PID {holder.pid}) holds dev.duckdb" in said.err and "error[E164]: python" in said.err
    assert "lock_timeout" in said.err
    assert shop.assetc("run").code == 0


def test_a_run_waits_until_the_other_program_lets_go(make: Make) -> None:
    shop = make({**PROFILE, "profiles.yml": PROFILE["profiles.yml"].replace("lock_timeout: 1", "lock_timeout: 60")})
    with held_by(shop.root / "dev.duckdb") as holder, shop.start("run") as run:
        time.sleep(1.0)
        assert run.poll() is None
        holder.kill()
        _, err = run.communicate(timeout=60)
    assert run.returncode == 0, err


def test_what_needs_no_warehouse_does_not_wait_for_it(make: Make) -> None:
    shop = make(PROFILE)
    with held_by(shop.root / "dev.duckdb") as holder:
        assert [shop.assetc(word).code for word in ("ls", "compile", "plan")] == [0, 0, 0]
        holder.kill()


def full(shop: Folder, bytes_: int) -> Said:
    """A run in which no file may grow beyond a size: what a full disk looks like to a program."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

    done = subprocess.run(
        [sys.executable, "-m", "assetc", "run", "--quiet"],
        cwd=shop.root,
        env=clean_environment(),
        capture_output=True,
        text=True,
        preexec_fn=limited,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_full_disk_is_told_and_leaves_the_table_as_it_was(make: Make) -> None:
    shop = make({"models/a.sql": "select range as id, md5(range::varchar) as text from range(10)"})
    assert shop.assetc("run").code == 0
    shop.write({"models/a.sql": "select range as id, md5(range::varchar) as text from range(3000000)"})
    said = full(shop, 8_000_000)
    assert said.code == 1
    assert "error[E" in said.err and "free some space on the disk" in said.err
    assert len(shop.query("from main.a")) == 10
    assert shop.query("select count(*) from information_schema.tables where table_name like '%assetc_new'") == [(0,)]
    assert shop.assetc("retry").code == 0
    assert len(shop.query("from main.a")) == 3_000_000


def test_a_disk_without_any_room_is_told(make: Make) -> None:
    said = full(make({"models/a.sql": "select 1 as x"}), 2048)
    assert said.code in (1, 2)
    assert "error[E" in said.err and "= hint: " in said.err


# Everything is imported by the first run; then root becomes somebody whom permissions stop.
IN_TWO_FOLDERS = """
import os, sys
from assetc.cli.main import main
assert main(["run", "--quiet", "--project-dir", sys.argv[1]]) == 0
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(main(["run", "--project-dir", sys.argv[2]]))
"""


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for folder in ("open", "shut"):
            Folder(root / folder).write(PROFILE)
        (root / "shut").chmod(0o555)
        command = (sys.executable, "-c", IN_TWO_FOLDERS, str(root / "open"), str(root / "shut"))
        with Folder(root).start(command=command) as process:
            _, err = process.communicate(timeout=120)
        (root / "shut").chmod(0o755)
    assert "Traceback" not in err, err
    assert process.returncode in (1, 2), err
    assert "error[E" in err and "ermission" in err and "= hint: " in err


def test_ctrl_c_cancels_a_query_and_a_body_and_retry_goes_on(make: Make) -> None:
    shop = make(
        {
            "models/a.sql": "{{ config(materialized='incremental', incremental_strategy='append') }} select 1 as x",
            "models/slow.sql": ENDLESS,
            "models/waits.py": "import time\nfrom assetc import asset\n\n\n@asset\ndef waits(a):\n"
            "    for _ in range(6000):\n        try:\n            time.sleep(0.01)\n"
            "        except Exception:\n            continue\n    return [{'n': 1}]\n",
            "models/after.sql": "select count(*) as n from slow join waits on true join a on true",
        }
    )
    with shop.start("run", "--threads", "4") as run:
        assert run.stderr is not None
        while " ok     a " not in (text := run.stderr.readline()):
            assert text, "the run ended"
        time.sleep(1.0)
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
    assert run.returncode == 130, rest
    assert all(words in rest for words in ("cancel slow", "cancel waits", "assetc retry")), rest
    assert [row["status"] for row in shop.assetc("runs", "list", "--json").json] == ["canceled"]
    shop.write(
        {
            "models/slow.sql": "select 1 as n",
            "models/waits.py": "from assetc import asset\n\n\n@asset\ndef waits(a):\n    return [{'n': 1}]\n",
        }
    )
    again = shop.assetc("retry", "--json")
    assert again.code == 0, again.err
    assert sorted(row["asset"] for row in again.json["steps"]) == ["after", "slow", "waits"]
    assert shop.query("from main.a") == [(1,)]


def test_a_second_run_of_the_project_waits_for_the_first(make: Make) -> None:
    shop = make({"models/slow.sql": ENDLESS})
    with shop.start("run") as first:
        assert first.stderr is not None
        while " start: " not in (text := first.stderr.readline()):
            assert text, "the run ended"
        with shop.start("run", "--select", "slow") as second:
            assert second.stderr is not None
            told = second.stderr.readline()
            second.send_signal(signal.SIGINT)
            rest = second.stderr.read()
        first.send_signal(signal.SIGKILL)
    assert f"waiting for another run on this target (PID {first.pid}, started " in told, told + rest
    assert second.returncode == 130, rest
    assert (shop.root / WAREHOUSE).exists()
