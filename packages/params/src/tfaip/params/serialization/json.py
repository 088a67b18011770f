"""JSON as the standard has it: the three numbers that it has no word for are written as strings."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tfaip.params.serialization.limits import MAX_KEYS, MAX_MAPPINGS, too_many
from tfaip.params.values.problem import DocumentProblem, Path, ValueProblem

__all__ = ["dump_json", "load_json"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def load_json(text: str) -> Any:
    """The data of a JSON document; raises `ValueError` with line and column.

    Raises:
        DocumentProblem: A key stands twice in one object.
    """
    if not text.strip():
        raise ValueError("the file is empty, write {} for params that are all at their defaults")
    doubled: dict[int, tuple[Any, list[str]]] = {}

    count = 0

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal count
        count += 1
        if count > MAX_MAPPINGS:
            raise too_many("objects", MAX_MAPPINGS)
        if len(pairs) > MAX_KEYS:
            raise too_many("keys in one object", MAX_KEYS)
        made = dict(pairs)
        if len(made) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            doubled[id(made)] = made, [key for key, count in counts.items() if count > 1]
        return made

    data = json.loads(text, object_pairs_hook=once)
    if doubled:
        found = _paths(data, doubled, ())
        raise DocumentProblem([(path, ValueProblem("the key is there twice")) for path in found])
    return data


def _paths(data: Any, doubled: dict[int, tuple[Any, list[str]]], path: Path) -> Iterator[Path]:
    """The paths of the keys in objects: the parser tells only the objects, since it makes the inner ones first."""
    if id(data) in doubled:
        yield from ((*path, key) for key in doubled[id(data)][1])
    for part, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from _paths(value, doubled, (*path, part))


def dump_json(data: Any, indent: int | None = 2) -> str:
    """A JSON document; `inf`, `-inf` and `nan` become strings, which fields of type float read as numbers."""
    text = json.dumps(_finite(data), indent=indent, ensure_ascii=False, allow_nan=False)
    # No file in UTF-8 holds half of a surrogate pair, which paths of other encodings have.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _finite(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return repr(data)
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, list) else data
