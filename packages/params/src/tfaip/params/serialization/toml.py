"""TOML, which has no null: None is written as `{ __none__ = true }`."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import tomli_w

from tfaip.params.serialization.limits import MAX_DOTS, MAX_KEYS, MAX_MAPPINGS, LimitProblem, too_many

__all__ = ["dump_toml", "load_toml"]

_NONE_KEY = "__none__"

# Texts and comments are passed over as a whole; in between, the signs of a key and of a table. A text that isn't closed
# is taken up to the end, or each quotation mark in it would be tried as the beginning of another one.
_TOKENS = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z) | \#[^\n]*
    | (?P<dotted>(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[\ \t]*+\.[\ \t]*+){DOTS})
    | (?P<table>^[\ \t]*+\[(?=[^\n,]*\][\ \t]*(?:\#[^\n]*)?$))
    | "(?:[^"\\\n]|\\.)*+"? | '[^'\n]*+'? | (?P<sign>[={])""".replace("DOTS", str(MAX_DOTS + 1)),
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def load_toml(text: str) -> Any:
    """The data of a TOML document; raises `ValueError` with line and column."""
    _check_tokens(text)
    return _restore(tomllib.loads(text))


def _check_tokens(text: str) -> None:
    """Refuse a document of too many keys or tables before it is read, which takes long."""
    counts = {"=": 0, "{": 0}
    for token in _TOKENS.finditer(text):
        kind = token.lastgroup
        if kind == "dotted":
            raise LimitProblem(f"has a key of more than {MAX_DOTS} dots: {token[0][:20]}...")
        if kind in ("sign", "table"):
            counts["{" if kind == "table" else token[0]] += 1
            if counts["="] > 2 * MAX_KEYS:
                raise too_many("keys", 2 * MAX_KEYS)
            if counts["{"] > MAX_MAPPINGS:
                raise too_many("objects", MAX_MAPPINGS)


def dump_toml(data: dict[str, Any]) -> str:
    """A TOML document that `load_toml` reads as this data."""
    return tomli_w.dumps(_replace(data))


def _replace(data: Any) -> Any:
    if data is None:
        return {_NONE_KEY: True}
    if isinstance(data, dict):
        return {key: _replace(value) for key, value in data.items()}
    return [_replace(value) for value in data] if isinstance(data, list) else data


def _restore(data: Any) -> Any:
    if isinstance(data, dict):
        return None if data == {_NONE_KEY: True} else {key: _restore(value) for key, value in data.items()}
    return [_restore(value) for value in data] if isinstance(data, list) else data
