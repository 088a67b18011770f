"""The class of a tag that a file names, its module imported only where it is trusted.

Internal API between the packages.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from tfaip.params.defining.type_arguments import type_argument
from tfaip.params.registry import find_tag, is_params_class
from tfaip.params.trust.main_module import is_main, named_in_main
from tfaip.params.trust.trust import Trust
from tfaip.params.values.problem import ValueProblem

__all__ = ["TrustedImport", "imported_object"]

_INNER = "Params"
"""The parameters that a class gets where it names none."""


class TrustedImport:
    """Gets the object of a tag that a file names, importing its module only where it is trusted.

    Args:
        trust: The packages whose modules may be imported, beside `tfaip`: `"mylab"` or `"mylab.scenarios"`.
    """

    def __init__(self, trust: Iterable[str] | Trust) -> None:
        self._trust = Trust.of(trust)

    def __call__(self, tag: str) -> Any:
        """The object; raises `ValueProblem` where the tag is malformed, not trusted, or names nothing."""
        module_name, _, qualname = tag.partition(":")
        if not all(part.isidentifier() for part in (*module_name.split("."), *qualname.split("."))):
            raise ValueProblem(f"expects module:Class, got {tag!r}")
        self._trust.check(tag)
        if is_main(module_name):
            return find_tag(tag) or _object_of_main(tag, qualname)
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            raise ValueProblem(f"{tag}: there is no module {error.name!r}") from None
        except Exception as error:
            raise ValueProblem(f"{tag}: the module fails to import: {type(error).__name__}: {error}") from error
        return find_tag(tag) or _object_of(module, tag, qualname)


def imported_object(tag: str) -> Any:
    """The object of a tag whose module has been imported; raises `ValueProblem` where there is none."""
    module_name, _, qualname = tag.partition(":")
    return find_tag(tag) or _object_of(sys.modules.get(module_name), tag, qualname)


def _object_of_main(tag: str, qualname: str) -> Any:
    """A definition of `__main__` itself: a file doesn't choose among all that a notebook has imported."""
    found = named_in_main(qualname)
    if found is None:
        raise ValueProblem(
            f"{tag}: {qualname} isn't defined here", ("run the cells that define it, or move its classes to a module",)
        )
    return found


def _object_of(module: Any, tag: str, qualname: str) -> Any:
    """The object that a module holds by a name, looked up without calling anything of the module's."""
    found = module
    for name in qualname.split("."):
        found = vars(found).get(name) if hasattr(found, "__dict__") else None
    if found is None and (named := _named_instead(module, qualname)) is not None:
        return named
    if found is None:
        raise ValueProblem(f"{tag}: there is no {qualname!r} in the module")
    return found.__func__ if isinstance(found, staticmethod) else found


def _named_instead(module: Any, qualname: str) -> type[Any] | None:
    """The parameters that a class names today, where it named none (`Class.Params`) when the tag was written."""
    owner, _, last = qualname.rpartition(".")
    made = vars(module).get(owner) if owner and hasattr(module, "__dict__") else None
    if last != _INNER or not isinstance(made, type):
        return None
    argument = type_argument(made, 0)
    return argument if isinstance(argument, type) and is_params_class(argument) else None
