"""Members that tell the settings: var, env_var, target, flags, config, and the facts of the invocation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assetc.compiler.diagnostic import did_you_mean
from assetc.compiler.template.plain import plain
from assetc.compiler.template.reads import find_flag, find_metadata_envs, find_variable
from assetc.compiler.template.refusal import Refused
from assetc.compiler.template.rendering import Member, Rendering

SECRET_PREFIX = "DBT_ENV_SECRET"  # noqa: S105  the prefix of names, no secret
_ABSENT = object()


class Variables(Member):
    """`var(name, default)` and `var.has_var(name)`."""

    def __call__(self, name: str, default: object = _ABSENT) -> object:
        """The value of a variable."""
        value = self._find(name)
        if value is _ABSENT:
            if default is _ABSENT:
                raise Refused("E132", f"the variable {name} is not set", self._hint(str(name)))
            return default
        return self._rendering.render_text(value) if isinstance(value, str) else value

    def has_var(self, name: str) -> bool:
        """Whether the variable is set."""
        return self._find(name) is not _ABSENT

    def _find(self, name: str) -> object:
        self._rendering.findings.read("var", str(plain(name)))
        return find_variable(self._rendering.surroundings, name, _ABSENT)

    def _hint(self, name: str) -> str:
        surroundings = self._rendering.surroundings
        known = (*surroundings.given_variables, *surroundings.variables)
        return f"{did_you_mean(name, known)} Set it under vars, or with --vars '{{{name}: ...}}'".strip()


def env_var(rendering: Rendering) -> Callable[..., object]:
    """`env_var(name, default)`; the value never appears in a message."""

    def env_var(name: str, default: object = None) -> object:
        if name.startswith(SECRET_PREFIX):
            hint = "Secrets are for profiles and package addresses, so that they cannot reach the SQL"
            raise Refused("E133", f"the secret {name} cannot be read in a template", hint)
        rendering.findings.read("env", str(plain(name)))
        value = rendering.surroundings.environment.get(name)
        if value is not None:
            return value
        if default is None:
            raise Refused("E133", f"the environment variable {name} is not set", _env_hint(rendering, name))
        return default

    return env_var


def _env_hint(rendering: Rendering, name: str) -> str:
    near = did_you_mean(name, rendering.surroundings.environment)
    return f"{near} Set it, or give a default: env_var('{name}', '...')".strip()


class Watched(Mapping[str, object]):
    """A mapping whose looks are remembered, each key by itself. The `kind` of looks is also its name."""

    __slots__ = ("_rendering", "_values", "kind")

    def __init__(self, rendering: Rendering, kind: str, values: Mapping[str, object]) -> None:
        self._rendering = rendering
        self.kind = kind
        self._values = values

    def __getitem__(self, key: str) -> object:
        self._rendering.findings.read(self.kind, key)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __str__(self) -> str:
        return str(dict(self))


def target(rendering: Rendering) -> Watched:
    """The fields of the target."""
    return Watched(rendering, "target", rendering.surroundings.target)


class FlagValues(Member):
    """`flags.FULL_REFRESH` and the like; a flag that nobody set is None."""

    def __getattr__(self, name: str) -> object:
        if not name.isupper():
            raise AttributeError(name)
        self._rendering.findings.read("flag", name)
        return find_flag(self._rendering.surroundings, name, None)


def selected_resources(rendering: Rendering) -> list[str]:
    """The identities of what the command is about, which is known while it runs."""
    rendering.findings.needs_warehouse = True
    return list(rendering.surroundings.selected or ())


def invocation_arguments(rendering: Rendering) -> object:
    """The arguments of the command."""
    rendering.findings.read("arguments", "")
    return plain(rendering.surroundings.arguments)


def metadata_envs(rendering: Rendering) -> dict[str, str]:
    """The variables of the environment that tell of the deployment."""
    rendering.findings.read("metadata_envs", "")
    return find_metadata_envs(rendering.surroundings)


def flag(name: str) -> Callable[[Rendering], object]:
    """A flag of the moment, as a value."""

    def factory(rendering: Rendering) -> object:
        rendering.findings.read("flag", name)
        return find_flag(rendering.surroundings, name, None)

    return factory


def is_incremental(rendering: Rendering) -> Callable[[], bool]:
    """`is_incremental()`."""
    rendering.findings.uses_incremental = True

    def is_incremental() -> bool:
        rendering.findings.read("flag", "is_incremental")
        return rendering.surroundings.flags.is_incremental

    return is_incremental


_EXAMPLE = "Write it as config(materialized='view')"


class Config(Member):
    """`config(...)`, `config.get(...)` and the rest."""

    __slots__ = ("_written",)

    def __init__(self, rendering: Rendering) -> None:
        super().__init__(rendering)
        self._written: dict[str, object] = {}

    def __call__(self, *arguments: Mapping[str, object], **options: object) -> str:
        """Set keys of the configuration."""
        if (len(arguments) > 1) or (arguments and options) or not (arguments or options):
            raise Refused("E137", "config() takes key=value arguments, or one mapping", _EXAMPLE)
        if arguments and not isinstance(arguments[0], Mapping):
            raise Refused("E137", f"config() takes a mapping, not a {type(arguments[0]).__name__}", _EXAMPLE)
        written = {str(plain(key)): plain(value) for key, value in (arguments[0] if arguments else options).items()}
        self._written.update(written)
        self._rendering.configure(written)
        return ""

    def set(self, name: str, value: object) -> str:
        """The same as `config({name: value})`."""
        return self({name: value})

    def get(self, name: str, default: object = None, validator: object = None) -> object:
        """The value of a key: of the merged configuration, else as written here so far."""
        value = self._find(name)
        return default if value is _ABSENT or value is None else value

    def require(self, name: str, validator: object = None) -> object:
        """The value of a key that must be there."""
        return self._required(name, self._find(name))

    def meta_get(self, name: str, default: object = None, validator: object = None) -> object:
        """The value of a key below `meta`."""
        meta = self.get("meta")
        return meta.get(name, default) if isinstance(meta, Mapping) else default

    def meta_require(self, name: str, validator: object = None) -> object:
        """The value of a key below `meta` that must be there."""
        return self._required(f"meta.{name}", self.meta_get(name, _ABSENT))

    def _required(self, name: str, value: object) -> object:
        if value is _ABSENT and self._rendering.surroundings.flags.execute:
            raise Refused("E137", f"the configuration {name} is required and not set")
        return "" if value is _ABSENT else value

    def persist_relation_docs(self) -> bool:
        """Whether the description of the relation is written to the warehouse."""
        return self._persists("relation")

    def persist_column_docs(self) -> bool:
        """Whether the descriptions of the columns are written to the warehouse."""
        return self._persists("columns")

    def _persists(self, what: str) -> bool:
        wanted: Any = self.get("persist_docs")
        return isinstance(wanted, Mapping) and bool(wanted.get(what))

    def _find(self, name: str) -> object:
        self._rendering.findings.read("config", str(plain(name)))
        config = self._rendering.surroundings.config
        return config[name] if name in config else self._written.get(name, _ABSENT)


def seen(kind: str, name: str, field: str) -> Callable[[Rendering], object]:
    """A field of the surroundings, whose looks are remembered."""

    def factory(rendering: Rendering) -> object:
        rendering.findings.read(kind, name)
        return getattr(rendering.surroundings, field)

    return factory


def field_of_target(*names: str) -> Callable[[Rendering], object]:
    """The first of these fields that the target has."""

    def factory(rendering: Rendering) -> object:
        fields = target(rendering)
        return next((fields[name] for name in names if name in fields), None)

    return factory
