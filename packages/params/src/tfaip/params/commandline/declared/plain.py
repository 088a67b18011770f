"""Arguments of a command beside its params: flags, typed options and positional words."""

from __future__ import annotations

import copy
from collections.abc import Container, Sequence
from typing import Any

import attrs

from tfaip.params.commandline.reading.options import normalise
from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.fields import FieldOptions
from tfaip.params.errors import DefinitionError
from tfaip.params.values.base import ValueType

__all__ = ["Arguments", "PlainArgument"]


class PlainArgument:
    """One argument that isn't part of any params.

    Args:
        flags: `--name` and perhaps `-n`; or a single word without dashes for a positional argument.
        annotation: Any type that a field may have, except params.
        default: The value if it isn't given; `attrs.NOTHING` makes it required.
        help: One line for help.
        choices: The allowed values.
        repeat: Whether each occurrence adds a value to a list.
        metavar: Text that help shows in place of the type.
        rare: Whether short help leaves it out.

    Raises:
        DefinitionError: The flags or the type don't make an argument.
    """

    def __init__(
        self,
        flags: Sequence[str],
        annotation: Any,
        default: Any,
        *,
        help: str = "",  # noqa: A002 - the word that argparse uses
        choices: Sequence[Any] | None = None,
        repeat: bool = False,
        metavar: str = "",
        rare: bool = False,
    ) -> None:
        self.flags = tuple(flags)
        self.positional = not any(flag.startswith("-") for flag in flags)
        if not flags or (self.positional and len(flags) > 1):
            raise DefinitionError(f"an argument is --name (and -n) or one positional name, got {self.flags}")
        name = next((flag for flag in flags if flag.startswith("--")), flags[0])
        self.name = normalise(name.lstrip("-"))
        spec = FieldSpec(
            PlainArgument, self.name, self.name, annotation, FieldOptions(help=help, choices=choices), default
        )
        kind = spec.kind
        if not isinstance(kind, ValueType):
            raise DefinitionError(f"{name}: params are added with add_root")
        self.kind = kind
        self.default = default
        self.required = default is attrs.NOTHING
        self.help = help
        self.repeat = repeat
        self.metavar = metavar
        self.rare = rare

    def giving_way(self, taken: Container[str]) -> PlainArgument:
        """The argument without the names that are taken; where its own is among them, it is called `--tfaip-NAME`."""
        flags = tuple(flag for flag in self.flags if normalise(flag) not in taken)
        if flags == self.flags:
            return self
        renamed = copy.copy(self)
        renamed.flags = (f"--tfaip-{self.name.replace('_', '-')}", *flags)
        return renamed

    @property
    def spelled(self) -> str:
        """The argument as one writes it."""
        return self.name.upper() if self.positional else self.flags[0]

    @property
    def short(self) -> tuple[str, ...]:
        """Its names of one dash."""
        return tuple(flag for flag in self.flags if flag.startswith("-") and not flag.startswith("--"))

    @property
    def keys(self) -> tuple[str, ...]:
        """Its names as the line is searched for them."""
        return tuple(normalise(flag) for flag in self.flags)


class Arguments:
    """The values of the plain arguments, as attributes and as items."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"no argument {name!r}, there are {', '.join(self._values) or 'none'}") from None

    def __getitem__(self, name: str) -> Any:
        return self._values[normalise(name)]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __repr__(self) -> str:
        return f"Arguments({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"
