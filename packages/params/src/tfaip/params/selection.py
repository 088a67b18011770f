"""The class of a name, among those that a field may hold."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from tfaip.params.defining.generics import origin_class
from tfaip.params.registry import (
    find_tag,
    group_of,
    name_of,
    names_of,
    registered_classes,
    registered_subclasses,
    tag_of,
)
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.trust.entry_points import JoiningClass, joining_classes
from tfaip.params.trust.main_module import is_main
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.structures import ParamsType

__all__ = ["allowed_hint", "find_class", "names_class", "selectable_classes", "selectable_names"]

_MANY = 12
"""More names than this aren't listed in a message: they would bury it."""


def selectable_classes(
    kind: ParamsType, choices: Iterable[type[Any]] | None, enforced: bool = False
) -> list[type[Any]]:
    """The classes that can be selected by name, the choices first."""
    found = [choice for choice in choices or () if not inspect.isabstract(choice)]
    if enforced and found:
        return found
    # Of a class that was defined again, the one that the field declares.
    declared: dict[str, type[Any]] = {}
    for base in kind.bases:
        declared.setdefault(tag_of(base), base)
    found += [base for base in declared.values() if not inspect.isabstract(base)]
    found += [cls for cls in registered_subclasses(kind.bases) if declared.get(tag_of(cls), cls) is cls]
    return list(dict.fromkeys(found))


def selectable_names(kind: ParamsType, choices: Iterable[type[Any]] | None, enforced: bool = False) -> tuple[str, ...]:
    """The names that can be selected; last those of classes in other distributions, which aren't imported for it."""
    choices = tuple(choices or ())
    classes = selectable_classes(kind, choices, enforced)
    known = {tag_of(cls) for cls in classes}
    joining = [] if enforced and choices else [found.name for found in _joining(kind) if found.tag not in known]
    return tuple(dict.fromkeys([*map(name_of, classes), *joining]))


def _joining(kind: ParamsType) -> list[JoiningClass]:
    groups = [group for base in kind.bases if (group := group_of(base)) is not None]
    return [found for group in groups for found in joining_classes(group)]


def names_class(word: str, kind: ParamsType, choices: Iterable[type[Any]] | None) -> bool:
    """Whether a word is the name or the tag of a class that can be selected; nothing is imported."""
    classes = selectable_classes(kind, choices)
    return any(word in names_of(cls) for cls in classes) or word in selectable_names(kind, choices)


def find_class(
    word: str,
    kind: ParamsType,
    choices: Iterable[type[Any]] | None,
    enforced: bool,
    import_tag: Callable[[str], Any],
) -> Any:
    """The class that a word names: by tag, name given to `@params`, class name, or class name without `Params`.

    Upper and lower case count only where two classes differ by them.

    Args:
        word: The user's own text.
        kind: The classes that the field may hold.
        choices: The classes that the field offers; they come first where a name is ambiguous.
        enforced: Whether nothing but the choices is allowed.
        import_tag: Gets the object of a tag (`module:Class`) that isn't registered; raises `ValueProblem`.

    Raises:
        ValueProblem: No such class, several of them, or one that the field can't hold.
    """
    choices = tuple(choices or ())
    cls = _by_tag(word, kind, import_tag) if ":" in word else _by_name(word, kind, choices, enforced, import_tag)
    if inspect.isabstract(cls):
        raise ValueProblem(f"{cls.__name__} is abstract, {' '.join(allowed_hint(kind, choices, enforced))}")
    if enforced and choices and cls not in choices:
        raise ValueProblem(f"{name_of(cls)} isn't supported here, {' '.join(allowed_hint(kind, choices, enforced))}")
    return next((annotation for annotation in kind.annotations if origin_class(annotation) is cls), cls)


def _by_tag(tag: str, kind: ParamsType, import_tag: Callable[[str], Any]) -> type[Any]:
    cls = (
        _of_a_script(tag, kind)
        or find_tag(tag)
        or next((base for base in kind.bases if tag_of(base) == tag), None)
        or import_tag(tag)
    )
    if not has_fields(cls):
        raise ValueProblem(f"{tag} is no params class")
    if not issubclass(cls, kind.bases):
        bases = " or ".join(tag_of(base) for base in kind.bases)
        raise ValueProblem(f"{tag} doesn't derive from {bases}")
    return cls


def _of_a_script(tag: str, kind: ParamsType) -> type[Any] | None:
    """The class that a script has stored as its own, `__main__:Class`, where it is an expected one of that name."""
    module, _, qualname = tag.partition(":")
    registered = find_tag(tag)
    if not is_main(module) or (registered is not None and issubclass(registered, kind.bases)):
        return None
    expected = dict.fromkeys([*kind.bases, *registered_subclasses(kind.bases)])
    found = [cls for cls in expected if cls.__qualname__ == qualname]
    return found[0] if len(found) == 1 else None


def _by_name(
    word: str, kind: ParamsType, choices: tuple[type[Any], ...], enforced: bool, import_tag: Callable[[str], Any]
) -> type[Any]:
    offered = selectable_classes(kind, choices, enforced)
    for candidates in (choices, offered):
        found = [cls for cls in candidates if word in names_of(cls)]
        preferred = [cls for cls in found if name_of(cls) == word]
        if len(preferred or found) == 1:
            return (preferred or found)[0]
        if found:
            raise _ambiguous(word, map(tag_of, found))
    if not (enforced and choices) and (joining := [found for found in _joining(kind) if found.name == word]):
        return _of_distribution(word, joining, kind, import_tag)
    # A class that can't be selected is refused for its own reason.
    for cls in (*kind.bases, *registered_classes()):
        if word in names_of(cls) and issubclass(cls, kind.bases):
            return cls
    if (found_folded := _by_folded_name(word, kind, choices, enforced, import_tag)) is not None:
        return found_folded
    names = _one_each(word, offered, selectable_names(kind, choices, enforced))
    raise ValueProblem(f"no class named {word!r}", (*allowed_hint(kind, choices, enforced), *did_you_mean(names)))


def _by_folded_name(
    word: str, kind: ParamsType, choices: tuple[type[Any], ...], enforced: bool, import_tag: Callable[[str], Any]
) -> type[Any] | None:
    """The one class with this name in upper or lower case, as Keras takes `adam` for `Adam`."""
    folded = word.casefold()
    for candidates in (choices, selectable_classes(kind, choices, enforced)):
        found = [cls for cls in candidates if any(name.casefold() == folded for name in names_of(cls)[:-1])]
        if len(found) > 1:
            raise _ambiguous(word, map(tag_of, found))
        if found:
            return found[0]
    joining = [] if enforced and choices else [found for found in _joining(kind) if found.name.casefold() == folded]
    return _of_distribution(word, joining, kind, import_tag) if joining else None


def _ambiguous(word: str, tags: Iterable[str]) -> ValueProblem:
    return ValueProblem(f"{word!r} is ambiguous", ("write one of " + ", ".join(tags),))


def _of_distribution(
    word: str, joining: list[JoiningClass], kind: ParamsType, import_tag: Callable[[str], Any]
) -> type[Any]:
    tags = list(dict.fromkeys(found.tag for found in joining))
    if len(tags) > 1:
        raise _ambiguous(word, tags)
    try:
        return _by_tag(tags[0], kind, import_tag)
    except ValueProblem as problem:
        origin = f"{joining[0].distribution} offers {word} for {joining[0].group}"
        raise ValueProblem(f"{origin}: {problem.problem}", problem.hints) from None


def _one_each(word: str, offered: list[type[Any]], selectable: Iterable[str]) -> list[str]:
    """The nearest names, but only the best one of each class."""
    owners: dict[str, object] = {name: name for name in selectable}
    owners |= {name: cls for cls in reversed(offered) for name in names_of(cls)[:-1]}
    best: dict[object, str] = {}
    for name in nearest(word, owners, count=len(owners)):
        best.setdefault(owners[name], name)
    return list(best.values())[:3]


def allowed_hint(kind: ParamsType, choices: Iterable[type[Any]] | None, enforced: bool = False) -> tuple[str, ...]:
    """A line that lists the classes which can be selected, and says that others can be named, unless choices hold."""
    names = selectable_names(kind, choices, enforced)
    if not names:
        return ("no class is known that could be selected; write module:Class",)
    more = f", ... ({len(names)} in all)" if len(names) > _MANY else ""
    return (f"allowed: {', '.join(names[:_MANY])}{more}{'' if enforced else ', or module:Class'}",)
