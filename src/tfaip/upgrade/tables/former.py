"""The names of tfaip 1.2, and those of today."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

__all__ = [
    "FIELDS",
    "METHODS",
    "NAMES",
    "OPTIONS",
    "SIGNATURES",
    "TODAY",
    "FormerName",
    "FormerOption",
    "former_classes",
    "former_name",
    "is_former_module",
    "is_package_of_today",
    "option_of",
]


class FormerName(NamedTuple):
    """A public name of tfaip 1.2.

    Attributes:
        module: Where it was imported from.
        name: The name.
        successor: `module:name` that takes its place; empty if nothing does.
        advice: The replacement, or a note beside the successor.
    """

    module: str
    name: str
    successor: str
    advice: str

    @property
    def new_module(self) -> str:
        """Module of the successor."""
        return self.successor.partition(":")[0]

    @property
    def new_name(self) -> str:
        """Name of the successor."""
        return self.successor.partition(":")[2]

    @property
    def sentence(self) -> str:
        """The words of the guide."""
        if not self.successor:
            return f"`{self.name}` of tfaip 1.2 is gone; use instead: {self.advice}"
        return f"`{self.name}` of tfaip 1.2 is `{self.new_name}` of `{self.new_module}`: {self.advice}"


class FormerOption(NamedTuple):
    """A field of parameters that has another name or other values, or is gone.

    Attributes:
        owner: The class, by its name in tfaip 1.2.
        field: The field.
        successor: Its name now; empty if it is gone.
        advice: The replacement.
        values: Former values and those of today, as Python writes them.
    """

    owner: str
    field: str
    successor: str
    advice: str
    values: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """The words of the guide."""
        return f"`{self.owner}.{self.field}` of tfaip 1.2 is gone; use instead: {self.advice}"


def _rows(file: str) -> Iterator[dict[str, str]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _names() -> dict[str, FormerName]:
    rows = [(row["former"], row["successor"], row["advice"]) for row in _rows("former_names.tsv")]
    found = {}
    for former, successor, advice in rows:
        module, _, name = former.partition(":")
        found[former] = FormerName(module, name, successor, advice)
    return found


def _options() -> dict[tuple[str, str], FormerOption]:
    found = {}
    for row in _rows("former_options.tsv"):
        values = dict(pair.split("=") for pair in (row["values"] or "").split())
        option = FormerOption(row["class"], row["field"], row["successor"], row["advice"], values)
        found[option.owner, option.field] = option
    return found


NAMES: Mapping[str, FormerName] = _names()
"""All public names by `module:name`."""

OPTIONS: Mapping[tuple[str, str], FormerOption] = _options()
"""All changed fields by (class, field)."""

FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    row["class"]: (tuple(row["bases"].split()), tuple(row["fields"].split())) for row in _rows("former_fields.tsv")
}
"""Classes of parameters by name: their bases, and their own fields in the order of the constructor."""

_BY_NAME: dict[str, list[FormerName]] = {}
for _entry in NAMES.values():
    _BY_NAME.setdefault(_entry.name, []).append(_entry)

METHODS: Mapping[tuple[str, str], str] = {
    (row["class"], row["method"]): "" if row["now"] == "=" else row["now"] for row in _rows("former_methods.tsv")
}
"""The successors of methods and attributes of classes that there still are; empty: they are the same."""

SIGNATURES: Mapping[tuple[str, str], str] = {
    (row["base"], row["signature"].partition("def ")[2].partition("(")[0]): row["signature"]
    for row in _rows("signatures.tsv")
}
"""How hooks are written today, by (base class, hook)."""

TODAY: Mapping[str, str] = {
    entry.new_name: entry.name for entry in reversed(list(NAMES.values())) if entry.name in FIELDS
}
"""Classes of parameters by the name of today: the name in tfaip 1.2, the first of several."""


_PACKAGES = {entry.module for entry in NAMES.values()} | {
    entry.module.rsplit(".", depth)[0] for entry in NAMES.values() for depth in range(1, entry.module.count(".") + 1)
}
# Packages that tfaip 1.2 had and that there are today, too, with other modules.
_IN_BOTH = ("tfaip.model", "tfaip.predict", "tfaip.trainer")


def is_former_module(module: str) -> bool:
    """Whether tfaip 1.2 had a module or package of this name."""
    return module in _PACKAGES


def is_package_of_today(module: str) -> bool:
    """Whether a package of tfaip 1.2, which exported no names, exports names today."""
    return module in _IN_BOTH


def former_name(module: str, name: str) -> FormerName | None:
    """Return what became of a name; where the module does not list it, of the only one that is called so.

    Args:
        module: Where it is imported from. Packages re-exported names of their modules.
        name: The name.
    """
    if found := NAMES.get(f"{module}:{name}"):
        return found
    among = [entry for entry in _BY_NAME.get(name, []) if entry.module.startswith(f"{module}.")]
    is_only_former = not module.startswith(_IN_BOTH) or module.count(".") > 1
    if not among and module.startswith("tfaip.") and is_only_former and is_former_module(module):
        among = _BY_NAME.get(name, [])
    return among[0] if len({(entry.successor, entry.advice) for entry in among}) == 1 else None


def former_classes(name: str) -> Iterator[str]:
    """Yield a class of parameters of tfaip 1.2 and its bases, by either of its names."""
    name = name if name in FIELDS else TODAY.get(name, name)
    if name in FIELDS:
        yield name
        for base in FIELDS[name][0]:
            yield from former_classes(base)


def option_of(owner: str, field: str) -> FormerOption | None:
    """Return what became of a field of a class, which a base may have declared."""
    return next((OPTIONS[each, field] for each in former_classes(owner) if (each, field) in OPTIONS), None)
