"""A real PostgreSQL for the tests: one server for the whole run, on a free port, with a database for whoever asks.

`python postgres_server.py FOLDER OWNER` is the process that starts it: it keeps the server while the process OWNER
lives, so that nothing is left behind even when the tests are killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USER, PASSWORD = "assetc", "pa55word-of-the-server"
INSTALL = "the tests need PostgreSQL: `apt-get install postgresql` (Debian), `brew install postgresql` (macOS)"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
}
_FOLDER, _OWNER = "ASSETC_TESTS_POSTGRES_FOLDER", "ASSETC_TESTS_POSTGRES_OWNER"
_STARTING = 60


class NoServer(Exception):
    """The server is not installed or does not start."""


def own_server() -> None:
    """Whatever server this process and its children ask for is one, and ends with this process."""
    os.environ[_FOLDER] = str(Path(tempfile.gettempdir(), f"assetc-postgres-{os.getpid()}-{time.time_ns():x}"))
    os.environ[_OWNER] = str(os.getpid())


def stop_server() -> None:
    """Stop the server of this process, if one was started, and wait until it is gone."""
    folder = Path(os.environ[_FOLDER])
    folder.with_suffix(".lock").unlink(missing_ok=True)
    if not folder.is_dir():
        return
    keeper = int((folder / "keeper").read_text())
    os.kill(keeper, signal.SIGTERM)
    give_up = time.monotonic() + 30
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.02)


def postgres_fields(folder: Path | str) -> dict[str, object]:
    """The fields of a profile's output for a database that belongs to this folder; it is made if it does not exist."""
    address = {**_address(), "dbname": "t" + blake2b(str(folder).encode(), digest_size=8).hexdigest()}
    with connect({**address, "dbname": "postgres"}) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [address["dbname"]]).fetchone():
            connection.execute(f"create database {address['dbname']}")
    return {"type": "postgres", **address, "schema": "main", "threads": 4}


def emptied_fields() -> dict[str, object]:
    """Those of a database that this process uses again and again, with nothing in it."""
    fields = postgres_fields(f"process {os.getpid()}")
    with connect(fields) as connection:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        connection.execute(others + " and pid <> pg_backend_pid()")
        found = connection.execute("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'")
        for (schema,) in found.fetchall():
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    return fields


def profiles_file(fields: dict[str, object], profile: str = "shop") -> str:
    """A profiles.yml whose one target is this database."""
    return json.dumps({profile: {"target": "dev", "outputs": {"dev": fields}}})


def tables_in(fields: dict[str, object]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every relation but the ledger's, by schema and name, sorted by their texts."""
    names = "select table_schema, table_name from information_schema.tables where table_name <> 'assetc_ledger'"
    own = " and table_schema not in ('pg_catalog', 'information_schema')"
    with connect(fields) as connection:
        return {
            f"{schema}.{name}": sorted(connection.execute(f'select * from "{schema}"."{name}"').fetchall(), key=repr)
            for schema, name in sorted(connection.execute(names + own).fetchall())
        }


def connect(fields: dict[str, object]) -> psycopg.Connection[Any]:
    """A connection of the tests' own, outside of assetc."""
    wanted = {key: fields[key] for key in ("host", "port", "user", "password", "dbname")}
    return psycopg.connect(**wanted, autocommit=True, prepare_threshold=None)  # type: ignore[arg-type]


def _address() -> dict[str, object]:
    """Where the server is; the first one who asks starts it."""
    if _FOLDER not in os.environ:
        own_server()
    folder = Path(os.environ[_FOLDER])
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "address").exists():
            _start(folder)
    return {"host": "127.0.0.1", "port": int((folder / "address").read_text()), "user": USER, "password": PASSWORD}


def _start(folder: Path) -> None:
    _program("initdb")
    folder.mkdir(mode=0o755)
    with (folder / "output").open("w") as output:
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(folder), os.environ[_OWNER]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    keeper.returncode = 0  # it outlives whoever starts it, and is nobody's to wait for
    give_up = time.monotonic() + _STARTING
    while not (folder / "address").exists():
        time.sleep(0.02)
        if time.monotonic() > give_up or not folder.exists():
            raise NoServer(f"PostgreSQL did not start: see {folder}/output")


def _program(name: str) -> str:
    """A program of the server: on the path, or where Debian keeps those of each version."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parts[-2]), reverse=True)
    found = shutil.which(name) or next((str(place / name) for place in places if (place / name).exists()), None)
    if found is None:
        raise NoServer(INSTALL)
    return found


def keep(folder: Path, owner: int) -> None:
    """Start a server in a folder, keep it while the owner lives, and clean up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    (folder / "keeper").write_text(str(os.getpid()))
    try:
        server = _serve(folder)
        try:
            while server.poll() is None and _lives(owner):
                time.sleep(0.1)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait()
    finally:
        folder.with_suffix(".lock").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path) -> subprocess.Popen[bytes]:
    """A running server. It refuses to be root's, so that root runs it as somebody else."""
    data, secret = folder / "data", folder / "secret"
    as_user: dict[str, Any] = {"cwd": folder}
    data.mkdir(mode=0o700)
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        other = _somebody()
        as_user |= {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
        os.chown(data, other.pw_uid, other.pw_gid)
    options = ["-U", USER, f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([_program("initdb"), "-D", str(data), *options], check=True, **as_user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen([_program("postgres"), "-D", str(data), "-p", str(port), *settings], **as_user)
    _wait_for(server, port)
    (folder / "starting").write_text(str(port))
    (folder / "starting").rename(folder / "address")
    return server


def _somebody() -> pwd.struct_passwd:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    fields = {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD, "dbname": "postgres"}
    while server.poll() is None:
        try:
            connect(fields).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServer("PostgreSQL ended while it was starting")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
