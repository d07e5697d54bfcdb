"""Commands on small projects: what they print where, and with which code they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assetc.cli.options.lazy_group import COMMANDS, NOT_BUILT


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("ls", "customers\norders\nraw_orders\nusers\n"),
        ("ls --json", '["customers","orders","raw_orders","users"]\n'),
        ("ls -s +customers", "customers\norders\nraw_orders\n"),
        ("ls -s customers orders --exclude customers", "orders\n"),
        ("ls -m orders -m users", "orders\nusers\n"),
        ("ls --select tag:nightly --output path", "models/mart/customers.sql\n"),
        ("ls -s customers --output selector", "shop.mart.customers\n"),
        ("ls --type source --json", '["crm/users"]\n'),
        ("ls --resource-type test", "unique_orders_id\n"),
        ("ls --deps customers --json", '["orders"]\n'),
        ("ls --deps users --json", '["crm/users"]\n'),
        ("list -s crm/users", "crm/users\n"),
        ("ls -s tag:none --json", "[]\n"),
        (
            "lineage users --json --down 0",
            '{"key":"users","up":["crm/users"],"down":[],"edges":[{"down":"users","up":"crm/users","kind":"sql",'
            '"where":"models/users.sql:1","certainty":"certain"}]}\n',
        ),
        (
            "lineage customers",
            "customers  table\nneeds\n└── orders  table\n    └── raw_orders  seed\nis needed by nothing\n",
        ),
        ("lineage orders --up 0 --down 1", "orders  table\nis needed by\n└── customers  table\n"),
        (
            "explain raw_orders customers",
            "  orders needs raw_orders  sql       models/orders.sql:1:34\n"
            "  customers needs orders   sql       models/mart/customers.sql:1:75\n",
        ),
        ("runs list --json", "[]\n"),
        (
            "compile --show -s users",
            '-- users  models/users.sql:1\ncreate table "warehouse"."main"."users" as\n'
            'select * from "warehouse"."crm"."users";\n\n',
        ),
    ],
)
def test_listings(assetc, line, out):
    said = assetc(line)
    assert (said.code, said.out) == (0, out), said.err


def test_listings_of_many_fields(assetc):
    shown = assetc("asset show orders --json").json
    assert (shown["upstream"], shown["downstream"], shown["checks"]) == (
        ["raw_orders"],
        ["customers"],
        ["unique_orders_id"],
    )
    assert [(row["key"], row["kind"], row["place"]) for row in assetc("asset list --json").json] == [
        ("customers", "model", "models/mart/customers.sql:1"),
        ("orders", "model", "models/orders.sql:1"),
        ("raw_orders", "seed", "seeds/raw_orders.csv:1"),
        ("users", "model", "models/users.sql:1"),
    ]
    (check,) = assetc("checks list --json").json
    assert (check["name"], check["asset"], check["status"]) == ("unique_orders_id", "orders", None)
    steps = [(row["asset"], row["effect"], row["after"]) for row in assetc("plan --json").json["steps"]]
    assert steps[:2] == [("raw_orders", "create", []), ("orders", "create", ["raw_orders"])]


def test_dbts_rows(assetc):
    said = assetc("ls -s customers --output json --output-keys name tags unique_id")
    assert said.json == {"name": "customers", "tags": ["nightly"], "unique_id": "model.shop.customers"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run --select oders", ["error[E115]", "Did you mean orders"]),
        ("run --select crm/users", ["crm/users is a source"]),
        ("ls --select state:new", ["error[E160]"]),
        ("rnu", ["there is no command 'rnu'", "Did you mean run?"]),
        ("run --slect orders", ["--slect", "--select"]),
        ("run --threads 0", ["--threads"]),
        ("run --indirect-selection all", ["--indirect-selection"]),
        ("lineage oders", ["error[E115]", "Did you mean orders"]),
        ("lineage", ["NAME"]),
        ("show", ["say what to show"]),
        ("explain E999", ["no page explains 'E999'"]),
        ("retry", ["error[E166]"]),
        ("ls --target nowhere", ["nowhere"]),
        ("ls --vars [1]", ["--vars must be a mapping"]),
        ("ls --project-dir /nowhere", ["/nowhere"]),
    ],
)
def test_usage_and_configuration_end_with_two(assetc, line, words):
    said = assetc(line)
    assert said.code == 2 and said.out == ""
    assert all(word in said.err for word in words)


@pytest.mark.parametrize("name", NOT_BUILT)
def test_what_is_not_built_yet_says_so(assetc, name):
    said = assetc(f"{name} --whatever x")
    assert said.code == 2 and f"assetc {name} is not built yet" in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(assetc, name):
    said = assetc(f"{name} --help")
    assert said.code == 0 and "Usage: assetc" in said.out


def test_a_run_from_the_first_to_the_last(assetc, shop):
    (shop / "models" / "users.sql").unlink()
    run = assetc("run")
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("assetc ") and str(shop) in run.err and "3 built" in run.err
    assert "3 reused" in assetc("run --changed").err
    built = assetc("build --json")
    assert built.code == 0
    ended = {row.get("check") or row["asset"]: row["status"] for row in built.json["steps"]}
    assert ended == dict.fromkeys(("raw_orders", "orders", "unique_orders_id", "customers"), "success")
    assert assetc("show customers --json").json == [{"customer": "ann", "total": 15}, {"customer": "bob", "total": 20}]
    assert assetc("show --inline", "select count(*) as n from orders").out.endswith("3\n")
    assert assetc("show unique_orders_id --json").json == []
    assert [row["command"] for row in assetc("runs list --json").json] == ["build", "run", "run"]
    assert "run " in (shop / "logs" / "assetc.log").read_text()


def test_a_failure_ends_with_one_and_retry_goes_on(assetc, shop):
    (shop / "models" / "users.sql").unlink()
    (shop / "models" / "orders.sql").write_text("select id, customer, amount / nothing as amount from raw_orders")
    failed = assetc("run --quiet")
    assert failed.code == 1 and "nothing" in failed.err and "ok  " not in failed.err
    assert "models/orders.sql:1:31" in failed.err
    (shop / "models" / "orders.sql").write_text("select id, customer, amount from raw_orders")
    again = assetc("retry --json")
    assert again.code == 0
    assert [row["asset"] for row in again.json["steps"]] == ["orders", "customers"]
    assert "nothing to go on with" in assetc("retry").err


def test_one_broken_file_stops_only_what_needs_it(assetc, shop):
    (shop / "models" / "broken.sql").write_text("select from where")
    assert assetc("run --select +orders").code == 0
    everything = assetc("run")
    assert everything.code == 2 and "models/broken.sql:1" in everything.err
    assert assetc("run --select broken").code == 2
    assert assetc("ls --select orders").code == 0


def test_orphans_are_listed_and_dropped_on_request(assetc, shop):
    assetc("run --select +customers")
    (shop / "models" / "mart" / "customers.sql").unlink()
    (shop / "models" / "users.sql").unlink()
    assert [row["key"] for row in assetc("orphans --json").json] == ["customers"]
    (shop / "models" / "reader.sql").write_text("select * from customers")
    assert [row["read_by"] for row in assetc("orphans --json").json] == ["reader"]
    assert "0 dropped; 1 kept" in assetc("orphans --drop").err
    (shop / "models" / "reader.sql").unlink()
    assert "1 dropped" in assetc("orphans --drop").err
    assert assetc("orphans --json").json == []


def test_what_an_asset_leaves_behind_is_an_orphan(assetc, shop):
    """After each change of where it lives, also several in a row, whatever kind of asset it is."""
    (shop / "models" / "users.sql").unlink()
    model, seeds = shop / "models" / "orders.sql", shop / "seeds" / "seeds.yml"
    (shop / "models" / "py.py").write_text(
        "from assetc import AssetOut, multi_asset\n"
        "@multi_asset(outs={'one': AssetOut(), 'two': AssetOut()})\n"
        "def both():\n    return [{'x': 1}], [{'x': 2}]\n"
    )
    assert assetc("build").code == 0
    for alias in ("second", "third"):
        model.write_text(f"{{{{ config(alias='{alias}') }}}} select id, customer, amount from raw_orders")
        seeds.write_text(f"seeds: [{{name: raw_orders, config: {{alias: raw_{alias}}}}}]")
        assert assetc("build").code == 0
    (shop / "models" / "mart" / "customers.sql").write_text("{{ config(materialized='ephemeral') }} select 1 as x")
    (shop / "models" / "py.py").write_text((shop / "models" / "py.py").read_text().replace("'two'", "'three'"))
    assert assetc("build").code == 0
    found = {row["relation"]: row["key"] for row in assetc("orphans --json").json}
    assert found == {
        "warehouse.main.orders": "orders",
        "warehouse.main.second": "orders",
        "warehouse.main.raw_orders": "raw_orders",
        "warehouse.main.raw_second": "raw_orders",
        "warehouse.main.customers": "customers",
        "warehouse.main.two": "two",
    }
    (shop / "models" / "heir.sql").write_text("{{ config(alias='second') }} select 1 as x")  # another asset takes one
    assert "5 dropped" in assetc("orphans --drop").err
    assert assetc("orphans --json").json == []
    assert assetc("run --changed").code == 0


def test_a_killed_run_can_be_gone_on_with(assetc, shop):
    (shop / "models" / "users.sql").unlink()
    (shop / "models" / "mart" / "customers.sql").write_text(
        "select count(*) as n, max(o.id) from range(100000000000) a(i), orders o where hash(i) % 7 = 1"
    )
    child = subprocess.Popen([sys.executable, "-m", "assetc", "run"], cwd=shop, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    while " orders " not in (text := child.stderr.readline()):
        assert text, "the run ended"
    child.kill()
    child.communicate()
    (shop / "models" / "mart" / "customers.sql").write_text("select count(*) as n from orders")
    again = assetc("retry --json")
    assert again.code == 0, again.err
    assert [row["asset"] for row in again.json["steps"]] == ["customers"]
    assert [row["status"] for row in assetc("runs list --json").json] == ["success", "failed"]


def test_clean_keeps_state_and_warehouse(assetc, shop):
    assetc("run -s orders raw_orders")
    assetc("compile -s orders")
    assert (shop / "target" / "compiled" / "shop" / "models" / "orders.sql").is_file()
    assert assetc("clean").code == 0
    assert not (shop / "target").exists() and not (shop / ".assetc" / "cache.sqlite").exists()
    assert assetc("show orders --limit 1").code == 0
    assert [row["command"] for row in assetc("runs list --json").json] == ["run"]


@pytest.mark.parametrize("name", ["ASSETC_TARGET", "DBT_ENGINE_TARGET", "DBT_TARGET"])
def test_options_can_be_set_by_the_environment(assetc, monkeypatch, name):
    monkeypatch.setenv(name, "nowhere")
    assert assetc("ls").code == 2
    assert assetc("ls --target dev").code == 0


def test_common_options_may_stand_before_the_command(assetc):
    assert "nowhere" in assetc("--target nowhere ls").err
    assert assetc("--target nowhere ls --target dev").code == 0
    assert assetc("--log-format json run -s raw_orders+1 --exclude users").err.startswith('{"ts"')


def test_init_overwrites_nothing(assetc, shop):
    said = assetc("init new/shop")
    assert said.code == 0 and "cd new/shop && assetc run" in said.err
    assert assetc(f"build --project-dir {shop / 'new' / 'shop'}").code == 0
    before = sorted(shop.rglob("*"))
    assert "This is a project already" in assetc("init").err and sorted(shop.rglob("*")) == before
    (shop / "half/models").mkdir(parents=True)
    (shop / "half/models/orders.sql").write_text("mine")
    assert "was there and stays" in assetc("init half").err
    assert (shop / "half/models/orders.sql").read_text() == "mine"


def test_init_leaves_a_dbt_project_alone(assetc, shop):
    (shop / "old").mkdir()
    (shop / "old" / "dbt_project.yml").write_text("name: old")
    said = assetc("init old")
    assert said.code == 0 and "cd old && assetc ls" in said.err
    assert [path.name for path in (shop / "old").iterdir()] == ["dbt_project.yml"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(assetc, shell):
    assert "_ASSETC_COMPLETE" in assetc(f"completion {shell}").out


def complete(folder: Path, line: str) -> list[str]:
    words = line.split(" ")
    environment = {
        **os.environ,
        "_ASSETC_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'assetc'; from assetc.cli.main import main; main()"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


def test_a_shell_completes_commands_and_names(assetc, shop):
    assetc("ls")
    assert "run" in complete(shop, "assetc r")
    assert complete(shop, "assetc lineage or") == ["orders"]
    assert complete(shop, "assetc run -s tag:x,+cust") == ["tag:x,+customers"]


def test_a_second_target_of_a_pipe_may_go_away(shop):
    line = f"{sys.executable} -m assetc ls | head -1"
    done = subprocess.run(line, shell=True, cwd=shop, capture_output=True, text=True, check=False)
    assert done.stdout == "customers\n" and "Traceback" not in done.stderr


def test_ctrl_c_cancels_records_and_ends_with_130(shop):
    (shop / "models" / "slow.sql").write_text(
        "select count(*) as n from range(100000000000) a(i) where hash(i) % 7 = 1"
    )
    command = [sys.executable, "-m", "assetc", "run", "--select", "slow"]
    child = subprocess.Popen(command, cwd=shop, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    while " start: " not in (text := child.stderr.readline()):
        assert text, "the run ended"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    _, rest = child.communicate(timeout=60)
    assert child.returncode == 130, rest
    assert "Canceled" in rest and "assetc retry" in rest
    listed = subprocess.run(
        [sys.executable, "-m", "assetc", "runs", "list", "--json"], cwd=shop, capture_output=True, check=True
    )
    assert [row["status"] for row in json.loads(listed.stdout)] == ["canceled"]


def test_a_python_file_that_has_nothing_to_do_with_assetc_is_not_imported(assetc, shop):
    """A folder of somebody's Airflow files; what imports assetc must import."""
    (shop / "models" / "dag.py").write_text("from airflow import DAG\nraise SystemExit\n")
    assert assetc("ls").err == ""
    (shop / "models" / "assets.py").write_text("import no_such_module\nfrom assetc import asset\n")
    told = assetc("ls")
    assert "E117" in told.err and "assets.py" in told.err and "dag.py" not in told.err


def test_what_only_an_incremental_model_would_do_is_no_fault_of_another(assetc, shop):
    (shop / "macros").mkdir()
    newest = "{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}"
    (shop / "macros/newest.sql").write_text(f"{{% macro newest() %}}{newest}{{% endmacro %}}")
    (shop / "models/users.sql").write_text("select * from orders {{ newest() }}")
    told = assetc("run -s users raw_orders orders")
    assert told.code == 0 and "E104" not in told.err
    (shop / "models/users.sql").write_text("select * from {{ this }}")
    assert 'error[E104]: "users" depends on itself' in assetc("ls").err


def test_a_model_that_makes_its_table_itself_is_told_what_a_model_is(assetc, shop):
    (shop / "models/users.sql").write_text("drop table if exists old.users; create table old.users as select 1 as id")
    assert "hint: A model is a query of which assetc makes the table" in assetc("ls").err
    told = assetc("run -s users")
    assert told.code == 1 and "hint: The last statement of a model is its query" in told.err


def test_no_two_nodes_have_one_identity(assetc, shop):
    for folder in ("a", "b"):
        (shop / f"models/{folder}").mkdir()
        (shop / f"models/{folder}/orders.sql").write_text(
            f"{{{{ config(key_prefix='{folder}') }}}} select * from other_{folder}.users"
        )
    listed = assetc("ls --output json --output-keys unique_id").out.splitlines()
    own = sorted(json.loads(line)["unique_id"] for line in listed)
    assert len(own) == len(set(own)), own
    assert {"model.shop.a/orders", "model.shop.b/orders"} <= set(own)
