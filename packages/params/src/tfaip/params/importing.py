"""Gets the class of a tag that the user has written on the command line, importing its module.

Internal API between the packages.
"""

from __future__ import annotations

import importlib
from typing import Any

from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.values.problem import ValueProblem

__all__ = ["import_tag"]


def import_tag(tag: str) -> Any:
    """The object that `module:Qualname` names.

    The module is imported in any case: this is for a person's own words, never for a file's.

    Raises:
        ValueProblem: There is no such module or object, or the module fails to import.
    """
    module_name, _, qualname = tag.partition(":")
    if not module_name or not qualname:
        raise ValueProblem(f"expects module:Class, got {tag!r}")
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ValueProblem(f"{tag}: there is no module {error.name!r}") from None
    except Exception as error:
        raise ValueProblem(f"{tag}: the module fails to import: {type(error).__name__}: {error}") from error
    for name in qualname.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise ValueProblem(
                f"{tag}: there is no {name!r} in {module_name}", did_you_mean(nearest(name, dir(found)))
            ) from None
    return found
