"""Secrets are planted wherever a secret can come from; nothing that is printed or written may hold one."""

from __future__ import annotations

import shlex
from pathlib import Path

from folder import Folder, Said

PASSWORD = "pa55-of-the-profile"
FROM_ENVIRONMENT = "t0ken-of-the-environment"
OF_RESOURCE = "k3y-of-the-resource"
IN_ADDRESS = "w0rd-in-an-address"
SECRETS = (PASSWORD, FROM_ENVIRONMENT, OF_RESOURCE, IN_ADDRESS)

ENVIRONMENT = {"DBT_ENV_SECRET_TOKEN": FROM_ENVIRONMENT, "DBT_ENV_SECRET_ADDRESS": IN_ADDRESS}

FILES = {
    "assetc.toml": """name = "shop"
profile = "shop"
[resources.dev.crm]
user = "ann"
api_key = "k3y-of-the-resource"
""",
    "profiles.yml": f"""shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: dev.duckdb
      settings: {{password: {PASSWORD}, http_proxy_password: "{{{{ env_var('DBT_ENV_SECRET_TOKEN') }}}}"}}
    unreachable:
      type: duckdb
      path: dev.duckdb
      settings: {{password: {PASSWORD}}}
      attach:
        - path: "/nowhere/{{{{ env_var('DBT_ENV_SECRET_ADDRESS') }}}}/x.duckdb"
          alias: crm
""",
    "models/fine.sql": "select 1 as x",
    "models/compiled.sql": f"select '{PASSWORD}' as written, '{FROM_ENVIRONMENT}' as x from fine",
    "models/refused.sql": f"select error('cannot log in with {PASSWORD} and {FROM_ENVIRONMENT}') as x",
    "models/unknown.sql": f'select "{PASSWORD}" from fine',
    "models/told.sql": f"{{{{ log('the password is {PASSWORD}', info=true) }}}} select 1 as x",
    "models/target.sql": "select '{{ target }}' as x, '{{ target.password }}' as y",
    "models/bodies.py": """
import os

from assetc import MaterializeResult, asset


@asset
def says(context):
    secret = os.environ["DBT_ENV_SECRET_TOKEN"]
    print("printed", secret)
    context.log.info(f"logged {secret}")
    context.execute(f"create or replace table says as select '{secret}' as x")
    return MaterializeResult(metadata={"token": secret, "nested": {"token": [secret]}})


@asset
def raises():
    raise ValueError("refused " + os.environ["DBT_ENV_SECRET_TOKEN"])


@asset
def raises_sql(context):
    context.execute("select error('refused " + os.environ["DBT_ENV_SECRET_TOKEN"] + "')")
""",
    "models/shop.yml": f"""
models:
  - name: fine
    description: the password is {PASSWORD}
    columns: [{{name: x, data_tests: [accepted_values: {{values: ['{PASSWORD}']}}]}}]
""",
}

COMMANDS = (
    "ls",
    "compile",
    "compile --show",
    "plan --json",
    "run --log-level debug",
    "run --log-level debug --log-format json",
    "run --log-format dbt --log-level debug",
    "build --json",
    "retry",
    "show compiled",
    "debug",
    "asset show compiled --json",
    "asset show says --json",
    "runs list --json",
    "run --target unreachable",
    "debug --target unreachable",
)


def test_nothing_that_is_said_or_written_holds_a_secret(tmp_path: Path) -> None:
    shop = Folder(tmp_path).write(FILES)
    said = {command: shop.assetc(*shlex.split(command), **ENVIRONMENT) for command in COMMANDS}
    check_that_there_was_something_to_leak(shop, said)
    assert not leaks_in_what_is_said(said)
    assert not leaks_in_what_is_written(shop.root)


def leaks_in_what_is_said(said: dict[str, Said]) -> set[tuple[str, str, str]]:
    return {
        (command, secret, line)
        for command, each in said.items()
        for line in (each.out + each.err).splitlines()
        for secret in SECRETS
        if secret in line
    }


def leaks_in_what_is_written(root: Path) -> set[tuple[str, str]]:
    """The user's own files and tables may hold secrets: what stands in them is theirs."""
    return {
        (str(path.relative_to(root)), secret)
        for path in written_by_us(root)
        for secret in SECRETS
        if secret.encode() in path.read_bytes()
    }


def written_by_us(root: Path) -> list[Path]:
    own = {root / path for path in FILES}
    files = [path for path in root.rglob("*") if path.is_file() and path not in own]
    return [path for path in files if path.suffix not in (".duckdb", ".wal", ".pyc")]


def check_that_there_was_something_to_leak(shop: Folder, said: dict[str, Said]) -> None:
    run = said["run --log-level debug"]
    assert run.code == 1
    for words in ("printed *****", "logged *****", "cannot log in with ***** and *****"):
        assert words in run.err
    assert (shop.root / "logs" / "assetc.log").stat().st_size > 0
    assert any((shop.root / "target").rglob("*.sql"))
