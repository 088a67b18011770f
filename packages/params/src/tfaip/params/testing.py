"""Tests that later versions of a package still read parameters that earlier ones stored.

`stored_classes` makes a value for a JSON file: an object of each params class of a package. A test of each later
version gives the content of the file to `unreadable_classes`, which must return nothing.
`python -m tfaip.params.testing FILE ...` does this in a process without other imports, since a class that is imported
already is found under any tag.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from tfaip.params.errors import UserError
from tfaip.params.registry import is_params_class, registered_classes
from tfaip.params.serialization.plain import from_dict
from tfaip.params.serialization.writing import to_dict

__all__ = ["stored_classes", "unreadable_classes"]

_OTHER: dict[type[Any], Callable[[Any], Any]] = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    float: lambda value: value / 2 + 0.25,
}
"""Values that differ from a default, so that one that gets lost shows."""


def stored_classes(package: str) -> list[dict[str, Any]]:
    """Return an object of each params class that a package defines, as plain data with a public base class.

    Left out are abstract classes, classes with a field that needs a value, and classes without a public base class.

    Args:
        package: Name of the package; all its modules are imported.
    """
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    stored = []
    for cls in registered_classes():
        base = _public_base(cls)
        if f"{cls.__module__}.".startswith(f"{package}.") and not inspect.isabstract(cls) and base:
            changed = _other_than_default(cls)
            if changed is not None:
                stored.append({"base": base, "params": to_dict(changed)})
    return sorted(stored, key=lambda item: str(item["params"]["__cls__"]))


def unreadable_classes(stored: Iterable[Mapping[str, Any]], *, trust: Iterable[str] = ()) -> dict[str, str]:
    """Return what is wrong with stored objects, by their tags: they can't be read, or hold other values than stored.

    Args:
        stored: The result of `stored_classes` of an earlier version.
        trust: Packages that classes may be imported from, beside `tfaip`.
    """
    problems = {}
    for item in stored:
        module, _, name = item["base"].partition(":")
        try:
            found = from_dict(getattr(import_module(module), name), item["params"], trust=trust)
            lost = _lost(item["params"], to_dict(found), "$")
        except (UserError, ImportError, AttributeError) as error:
            lost = [str(error)]
        if lost:
            problems[item["params"]["__cls__"]] = "\n".join(lost)
    return problems


def _public_base(cls: type[Any]) -> str:
    """The most general params class of a class that its package has as a public name, as `package:Name`."""
    for base in reversed(cls.__mro__):
        parts = base.__module__.split(".")
        if not is_params_class(base):
            continue
        for length in range(1, len(parts)):
            package = ".".join(parts[:length])
            if base.__name__ in getattr(import_module(package), "__all__", ()):
                return f"{package}:{base.__name__}"
    return ""


def _other_than_default(cls: type[Any]) -> Any:
    try:
        default = cls()
    except (TypeError, ValueError, UserError):
        return None
    changed: dict[str, Any] = {}
    for attribute in attrs.fields(cls):
        change = _OTHER.get(type(getattr(default, attribute.name)))
        if change is None:
            continue
        other = change(getattr(default, attribute.name))
        try:
            cls(**{**changed, attribute.alias: other})
        except (TypeError, ValueError, UserError):
            continue
        changed[attribute.alias] = other
    return cls(**changed)


def _lost(stored: Any, found: Any, path: str) -> list[str]:
    """The places where the found data differs from the stored one; a renamed field is found by its former name."""
    if isinstance(stored, Mapping) and isinstance(found, Mapping):
        names = [name for name in stored if name in found and name != "__cls__"]
        return [line for name in names for line in _lost(stored[name], found[name], f"{path}.{name}")]
    if isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        pairs = enumerate(zip(stored, found, strict=True))
        return [line for index, pair in pairs for line in _lost(*pair, f"{path}[{index}]")]
    return [] if stored == found else [f"{path}: stored as {stored!r}, read as {found!r}"]


def _main(paths: Iterable[str]) -> str | None:
    files = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    problems = unreadable_classes(item for stored in files for item in stored)
    return "\n".join(f"{tag}\n{problem}" for tag, problem in problems.items()) or None


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
