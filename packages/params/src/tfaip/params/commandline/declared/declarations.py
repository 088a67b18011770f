"""The declarations of a command: params roots, plain arguments, and how it calls itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, overload

import attrs

from tfaip.params.commandline.declared.builtin import BUILTIN_ARGUMENTS
from tfaip.params.commandline.declared.plain import PlainArgument
from tfaip.params.commandline.declared.roots import Root
from tfaip.params.commandline.declared.shorthands import Shorthand
from tfaip.params.defining.generics import ClassOf
from tfaip.params.errors import DefinitionError
from tfaip.params.tree.nodes import ParamsNode

__all__ = ["Declarations"]

T = TypeVar("T")


class Declarations:
    """The arguments of one command, before any word is read.

    Args:
        prog: The name of the command in messages.
        description: Description of the command, for help.
        check_required: Whether required fields have to be given.
        env_prefix: Prefix of the names of environment variables that give values; `""` for none are read.
    """

    shows_usage = True
    """Whether help begins with a line of usage and the description."""

    def __init__(self, prog: str, description: str = "", *, check_required: bool = True, env_prefix: str = "") -> None:
        self.env_prefix = env_prefix
        self.prog = prog
        self.description = description
        self.check_required = check_required
        self.roots: dict[str, Root[Any]] = {}
        self.arguments: list[PlainArgument] = []
        self.shorthands: list[Shorthand] = []

    @overload
    def add_root(
        self,
        name: str,
        cls: ClassOf[T],
        *,
        default: T | None = None,
        fixed_class: bool = False,
        hidden: Sequence[str] = (),
    ) -> Root[T]: ...
    @overload
    def add_root(
        self, name: str, cls: Any, *, default: Any = None, fixed_class: bool = False, hidden: Sequence[str] = ()
    ) -> Root[Any]: ...
    def add_root(
        self, name: str, cls: Any, *, default: Any = None, fixed_class: bool = False, hidden: Sequence[str] = ()
    ) -> Root[Any]:
        """Add params whose arguments begin with `--name.`; with the name `""` its fields are arguments themselves.

        Args:
            name: The key of the params in the result.
            cls: The params class; also a parametrised one (`Base[X]`), `X | None`, or an abstract one to be selected.
            default: An instance whose values are shown by help, and kept where the line says nothing else.
            fixed_class: Whether `--name CLASS` can't select another class.
            hidden: Prefixes of arguments that shall not exist: `"trainer.gen"` hides all of them below.

        Returns:
            The root, with which the result is asked for typed params: `result[root]`, as well as `result[name]`.

        Raises:
            DefinitionError: The name is taken, `cls` is no params class, or the default isn't one of its instances.
        """
        if name in self.roots:
            raise DefinitionError(f"there are two roots named {name!r}")
        root = self.roots[name] = Root(name, cls, default, fixed_class=fixed_class, hidden=hidden)
        return root

    def seeds(self) -> dict[str, ParamsNode]:
        """The trees of the defaults, by the names of the roots."""
        return {name: root.seed() for name, root in self.roots.items()}

    def add_argument(
        self,
        *flags: str,
        type: Any = str,  # noqa: A002 - the word that argparse uses
        default: Any = None,
        required: bool = False,
        help: str = "",  # noqa: A002 - the word that argparse uses
        choices: Sequence[Any] | None = None,
        repeat: bool = False,
    ) -> None:
        """Add an argument beside the params: `--flag`, `-f`, or `NAME` without dashes for a positional one.

        Args:
            flags: Its names; the first long one, with underscores, is its name in `result.arguments`.
            type: Possible annotations of a field, except params: `bool` (a flag), `list[str]`, `Path | None`, ...
            default: The value if it isn't given.
            required: Whether it must be given.
            help: One line for help.
            choices: The allowed values.
            repeat: Whether it may be repeated, each time adding a value to a list.

        Raises:
            DefinitionError: The name is taken or the type can't come from a command line.
        """
        default = attrs.NOTHING if required else False if default is None and type is bool else default
        argument = PlainArgument(flags, type, default, help=help, choices=choices, repeat=repeat)
        taken = {key for other in self.declared_arguments() for key in other.keys}
        if both := taken.intersection(argument.keys):
            raise DefinitionError(f"there are two arguments named {', '.join(sorted(both))}")
        self.arguments.append(argument)

    def add_shorthand(self, name: str, *targets: str) -> None:
        """Add a short form: `--name VALUE` sets each of the targets, whatever classes the line selects.

        An argument of the command or of the params that has the same name wins. Config files don't know short forms.

        Args:
            name: The short form.
            targets: The full paths of the arguments that it sets, such as `trainer.learning_rate.lr`. Targets that
                don't exist for the selected classes are left out.

        Raises:
            DefinitionError: The name is taken by another short form, or there is no target.
        """
        shorthand = Shorthand(name, targets)
        if any(other.name == shorthand.name for other in self.shorthands):
            raise DefinitionError(f"there are two short forms named {shorthand.spelled}")
        self.shorthands.append(shorthand)

    def declared_arguments(self) -> list[PlainArgument]:
        """The arguments that are no params: the built-in ones and those of the command."""
        return [*self.builtin_arguments(), *self.arguments]

    def builtin_arguments(self) -> list[PlainArgument]:
        """The built-in arguments; those whose name is that of a root, or of a field without a root, give way."""
        taken = {name.replace("-", "_") for name in self.roots if name}
        if (root := self.roots.get("")) is not None:
            taken |= root.field_names()
        return [argument.giving_way(taken) for argument in BUILTIN_ARGUMENTS]
