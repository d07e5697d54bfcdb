"""What an unquoted scalar of a YAML file means."""

from __future__ import annotations

import re

from assetc.compiler.rules import Rules

_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# dbt reads YAML 1.1, where these are booleans too; in a native project they are texts, as in YAML 1.2.
_WORDS_OF_DBT: dict[str, object] = {
    **_WORDS,
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}

_NUMBER = re.compile(
    r"(?P<decimal>[-+]?[0-9]+)"
    r"|0o(?P<octal>[0-7]+)"
    r"|0x(?P<hexadecimal>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<infinity>[-+]?\.(?:inf|Inf|INF))"
    r"|(?P<nan>\.(?:nan|NaN|NAN))"
)
_OCTAL_OF_DBT = re.compile(r"[-+]?0[0-7]+")
_GROUPED_OF_DBT = re.compile(r"[-+]?[1-9][0-9]*(?:_[0-9]+)+")
_NUMBER_BEGINS = frozenset("+-.0123456789")
_LARGEST = 2**63


def scalar_value(text: str, rules: Rules) -> object:
    """The value of an unquoted scalar: null, a boolean, a number, or the text itself."""
    words = _WORDS_OF_DBT if rules.old_yaml else _WORDS
    if text in words:
        return words[text]
    if text[0] not in _NUMBER_BEGINS:
        return text
    if rules.old_yaml and _OCTAL_OF_DBT.fullmatch(text):
        return _small(text, 8)
    if rules.old_yaml and _GROUPED_OF_DBT.fullmatch(text):
        return _small(text, 10)
    return _number(text)


def _number(text: str) -> object:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    if match["decimal"]:
        return _small(text, 10)
    if match["octal"]:
        return _small(match["octal"], 8, text)
    if match["hexadecimal"]:
        return _small(match["hexadecimal"], 16, text)
    return float(text.replace(".", "", 1)) if match["infinity"] or match["nan"] else float(text)


def _small(digits: str, base: int, written: str = "") -> int | str:
    """The number, or its text where 64 bits cannot hold it: no cache and few warehouses could either."""
    if len(digits) > 64:
        return written or digits
    number = int(digits, base)
    return number if -_LARGEST <= number < _LARGEST else written or digits
