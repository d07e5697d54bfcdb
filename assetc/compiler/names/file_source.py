"""Files, folders and patterns that SQL or Python reads: their addresses, and the sources that they are."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from assetc.compiler.asset import Source
from assetc.compiler.place import Span
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey

PREFIX = "file:"
"""What the key of a file begins with; a URL is a key by itself."""

READS_FILES = frozenset({"duckdb"})
"""The dialects of warehouses that read the files of this machine: a path in another one's SQL is of its server."""

LONGEST = 4096
"""Characters; no system has longer paths."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LOCAL = re.compile(r"file:/*(?=/)", re.IGNORECASE)
_NOT_IN_A_KEY = re.compile(r"(?<=://)[^/@]*@|\?.*", re.DOTALL)


def is_url(address: str) -> bool:
    """Whether an address names something that no path of this machine leads to."""
    return _URL.match(address) is not None


def file_address(written: str, root: str) -> str:
    """What is written for a file as its source has it: relative to the project where it lies there; "" if none can be.

    A URL is without user, password and query, in which secrets may stand.
    """
    if not written.strip() or len(written) > LONGEST or not _is_text(written):
        return ""
    path = _LOCAL.sub("", written)
    if is_url(path):
        return _plain_url(path)
    path = posixpath.normpath(path)
    path = f"/{path.lstrip('/')}" if path.startswith("//") else path
    if path == "/":
        return ""
    return posixpath.relpath(path, root) if path == root or path.startswith(f"{root.rstrip('/')}/") else path


def file_key(address: str) -> AssetKey:
    """The key of the source that a file is."""
    return AssetKey(address if is_url(address) else f"{PREFIX}{address}")


def file_source(project: Project, address: str, span: Span) -> Source:
    """The source that a file is."""
    return Source(file_key(address), None, implicit=True, span=span, package=project.name, file=address)


def covers(address: str, path: str) -> bool:
    """Whether who reads an address reads what is written to a path: the same, in the folder, or of the pattern."""
    if address == path or path.startswith(f"{address}/") or address.startswith(f"{path}/"):
        return bool(address and path)
    return has_pattern(address) and fnmatchcase(path, address)


def has_pattern(address: str) -> bool:
    """Whether an address may mean several files."""
    return any(each in address for each in "*?[")


def _plain_url(url: str) -> str:
    if url.lower().startswith("http"):
        url = _NOT_IN_A_KEY.sub("", url)
    scheme, _, rest = url.partition("://")
    path = "/".join(part for part in rest.split("/") if part)
    return path and f"{scheme}://{path}"


def _is_text(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in written
