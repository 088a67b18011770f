"""The known params classes, with their tags and names.

Internal API between the packages.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tfaip.params.errors import DefinitionError
from tfaip.params.trust.main_module import module_name_of

__all__ = [
    "find_tag",
    "group_of",
    "is_params_class",
    "known_groups",
    "name_of",
    "names_of",
    "register",
    "registered_classes",
    "registered_subclasses",
    "registration",
    "tag_of",
    "with_successors",
]

_GROUP = re.compile(r"\w+(\.\w+)*")

_CLASSES: dict[str, type[Any]] = {}
_FORMER_TAGS: dict[str, str] = {}
_NAMES: dict[type[Any], str] = {}
_GROUPS: dict[type[Any], str] = {}
_DEFINED_AGAIN: set[str] = set()
"""The tags of classes that have taken the place of others."""


def tag_of(cls: type[Any]) -> str:
    """The tag `module:Qualname` under which a class is stored in files."""
    return f"{module_name_of(cls)}:{cls.__qualname__}"


def register(cls: type[Any], name: str | None, former_tags: Iterable[str], group: str | None) -> None:
    """Make a params class known.

    A class of a tag that exists already takes the place of the older one: a notebook's cell that runs again, a reload.

    Raises:
        DefinitionError: A former tag is malformed, or belongs to another class. The group is no dotted name.
    """
    tag = tag_of(cls)
    if group is not None and not _GROUP.fullmatch(group):
        raise DefinitionError(f"{tag}: group must look like 'mylab.optimizers', got {group!r}")
    for former in former_tags:
        module, _, qualname = former.partition(":")
        if not module or not qualname:
            raise DefinitionError(f"{tag}: former_tags must look like 'module:Class', got {former!r}")
        if _FORMER_TAGS.setdefault(former, tag) != tag:
            raise DefinitionError(f"{tag}: the former tag {former!r} belongs to {_FORMER_TAGS[former]} already")
    if _CLASSES.setdefault(tag, cls) is not cls:
        _DEFINED_AGAIN.add(tag)
    _CLASSES[tag] = cls
    if name is not None:
        _NAMES[cls] = name
    if group is not None:
        _GROUPS[cls] = group


def registration(cls: type[Any]) -> tuple[type[Any], str | None, tuple[str, ...], str | None]:
    """The arguments of `register` that have made a class known, for another process."""
    tag = tag_of(cls)
    former = tuple(name for name, of in _FORMER_TAGS.items() if of == tag)
    return cls, _NAMES.get(cls), former, _GROUPS.get(cls)


def find_tag(tag: str) -> type[Any] | None:
    """The params class of a present or former tag, if it has been imported."""
    return _CLASSES.get(tag) or _CLASSES.get(_FORMER_TAGS.get(tag, ""))


def with_successors(classes: tuple[type[Any], ...]) -> tuple[type[Any], ...]:
    """The classes, and those that have taken their places since: a class that holds one of them isn't defined again."""
    if not _DEFINED_AGAIN:
        return classes
    tags = [tag for tag in map(tag_of, classes) if tag in _DEFINED_AGAIN]
    return tuple(dict.fromkeys([*classes, *(_CLASSES[tag] for tag in tags)]))


def is_params_class(cls: object) -> bool:
    """Whether `cls` itself (not just one of its bases) is decorated with `@params`."""
    return isinstance(cls, type) and _CLASSES.get(tag_of(cls)) is cls


def name_of(cls: type[Any]) -> str:
    """The name by which people select a class: the one given to `@params`, else the class' name without `Params`."""
    return _NAMES.get(cls) or cls.__name__.removesuffix("Params") or cls.__name__


def names_of(cls: type[Any]) -> tuple[str, ...]:
    """Every name by which a class can be selected, the preferred one first and the tag last."""
    return tuple(dict.fromkeys([name_of(cls), cls.__name__.removesuffix("Params"), cls.__name__, tag_of(cls)]))


def group_of(cls: type[Any]) -> str | None:
    """The group of entry points by which other distributions add subclasses; only the class itself counts."""
    return _GROUPS.get(cls)


def known_groups() -> list[str]:
    """The groups of all params classes that have been imported."""
    return list(dict.fromkeys(_GROUPS.values()))


def registered_classes() -> Iterator[type[Any]]:
    """All params classes that have been imported."""
    return iter(tuple(_CLASSES.values()))


def registered_subclasses(bases: tuple[type[Any], ...]) -> list[type[Any]]:
    """The registered classes that derive from one of `bases` (or are one of them) and can be instantiated."""
    return [cls for cls in registered_classes() if issubclass(cls, bases) and not inspect.isabstract(cls)]
