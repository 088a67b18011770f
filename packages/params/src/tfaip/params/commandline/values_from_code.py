"""`with_values` and `replace`: other values for params, given by code by the rules of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsing import parse_values
from tfaip.params.trust.tagged_import import TrustedImport
from tfaip.params.trust.trust import Trust

__all__ = ["replace", "with_values"]

T = TypeVar("T")


def with_values(params: T, values: Mapping[str, Any], *, trust: Iterable[str] | Trust | None = None) -> T:
    """Return params with other values, in the order in which they are given; the params themselves stay as they are.

    A name is that of an argument without its dashes, such as `"learning_rate.lr"`, `"layers.-1.k"` or `"layers+"`. Text
    is read as a word of the command line is: it selects classes. All else is a value: a number, a collection, params,
    a class, a dict of the fields that change. Hidden fields have values too. `post_init` runs on the result.

    Args:
        params: The params.
        values: The values by the names of their arguments.
        trust: Packages from which text may import classes, for values that a file holds. `tfaip` and the package of the
            params are always trusted. By default, text imports any module, as on the command line.

    Raises:
        CommandLineError: With all mistakes: names that don't exist, values that the fields don't take.
    """
    declared = Declarations("with_values", check_required=False)
    root = declared.add_root("", type(params), default=params)
    if trust is None:
        return parse_values(declared, values).result()[root]
    own = type(params).__module__.partition(".")[0]
    return parse_values(declared, values, TrustedImport(Trust.of(trust).naming([own]))).result()[root]


def replace(params: T, **fields: Any) -> T:
    """Return params with other values of fields, as `with_values` gives them.

    Raises:
        CommandLineError: With all mistakes: fields that don't exist, values that the fields don't take.
    """
    return with_values(params, fields)
