"""Names of inputs in TensorFlow, which takes fewer than the data: `a-b`, `1a`, `größe` and `class` have others there.

TensorFlow itself would write `_` for other characters, so that nobody could say which input is meant.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable

__all__ = ["name_in_data", "names_in_signature"]

_ESCAPE = re.compile("_U([0-9A-F]{4,6})_")
# Before an escape: a name begins with a letter.
_PREFIX = "arg"


def names_in_signature(names: Iterable[str]) -> dict[str, str]:
    """Return the names of inputs in the signature of a SavedModel by those in the data: `größe` is `gr_U00F6__U00DF_e`.

    Names stay that are made of letters, digits and underscores of ASCII, begin with a letter, are no word of Python,
    and differ from the others in more than capitals.

    Args:
        names: Names of all inputs in the data.
    """
    given = list(names)
    alike = Counter(name.lower() for name in given)
    return {name: _escaped(name, capitals=alike[name.lower()] > 1) for name in given}


def name_in_data(name: str) -> str:
    """Return the name in the data of an input that a signature names."""
    if name.startswith(_PREFIX) and _ESCAPE.match(name, len(_PREFIX)):
        name = name.removeprefix(_PREFIX)
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name)


def _escaped(name: str, *, capitals: bool) -> str:
    # `self` is an argument of the method that traces.
    is_word = keyword.iskeyword(name) or name == "self"
    first = r"[\s\S]" if is_word else r"[^A-Za-z]"
    escaped = re.sub(
        rf"^{first}|[^A-Za-z0-9_]{'|[A-Z]' if capitals else ''}", lambda found: f"_U{ord(found[0]):04X}_", name
    )
    return _PREFIX + escaped if escaped.startswith("_") else escaped
