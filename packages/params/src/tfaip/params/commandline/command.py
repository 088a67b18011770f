"""`CommandLine`: the arguments of one command, some of which depend on the classes that others select."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import attrs

from tfaip.params.commandline.declared.builtin import BUILTIN_ARGUMENTS, COMPLETION_VARIABLE
from tfaip.params.commandline.declared.plain import PlainArgument
from tfaip.params.commandline.declared.roots import Root
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.reading.parsing import parse_line
from tfaip.params.commandline.result import ParseResult
from tfaip.params.errors import CommandLineError, DefinitionError

__all__ = ["CommandLine"]


class CommandLine:
    """The command line of one command: params roots, and plain arguments beside them.

    Args:
        prog: The name of the command in messages; by default that of the running script.
        description: What the command does, for help.
        check_required: Whether required fields have to be given.
    """

    def __init__(self, prog: str | None = None, description: str = "", *, check_required: bool = True) -> None:
        self.prog = prog or _name_of_script()
        self.description = description
        self.check_required = check_required
        self.shows_usage = True
        self.roots: dict[str, Root] = {}
        self.arguments: list[PlainArgument] = []

    def add_root(
        self,
        name: str,
        cls: Any,
        *,
        default: Any = None,
        fixed_class: bool = False,
        hidden: Sequence[str] = (),
    ) -> None:
        """Add params whose arguments begin with `--name.`; with the name `""` its fields are arguments themselves.

        Args:
            name: The key of the params in the result.
            cls: The params class; also a parametrised one (`Base[X]`), `X | None`, or an abstract one to be selected.
            default: An instance whose values are shown by help, and kept where the line says nothing else.
            fixed_class: Whether `--name CLASS` can't select another class.
            hidden: Prefixes of arguments that shall not exist: `"trainer.gen"` hides all of them below.

        Raises:
            DefinitionError: The name is taken, `cls` is no params class, or the default isn't one of its instances.
        """
        if name in self.roots:
            raise DefinitionError(f"there are two roots named {name!r}")
        self.roots[name] = Root(name, cls, default, fixed_class=fixed_class, hidden=hidden)

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
            type: What a field can be annotated with, except params: `bool` (a flag), `list[str]`, `Path | None`, ...
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

    def declared_arguments(self) -> list[PlainArgument]:
        """The arguments that are no params: the built-in ones and those of the command."""
        return [*BUILTIN_ARGUMENTS, *self.arguments]

    def parse(self, argv: Sequence[str] | None = None) -> ParseResult:
        """Read the command line as a command does: help and messages are printed, and end the process.

        Args:
            argv: The words of the line; by default those of the running process.

        Raises:
            SystemExit: With 0 after `--help`, `--show`, `--show-schema`; with 2 after a mistake of the user.
        """
        if shell := os.environ.get(COMPLETION_VARIABLE):
            from tfaip.params.commandline.answering.completion import print_candidates

            print_candidates(self, _words(argv), shell)
            sys.exit(0)
        try:
            parsed = self.read(argv)
            if parsed.request is not None:
                from tfaip.params.commandline.answering.requests import answer

                answer(parsed, self)
                sys.exit(0)
            result = parsed.result()
            if parsed.save_to is not None:
                from tfaip.params.commandline.answering.requests import save_config

                save_config(result, parsed.save_to)
        except CommandLineError as error:
            self.exit_with(error)
        return result

    def parse_or_raise(self, argv: Sequence[str] | None = None) -> ParseResult:
        """Read the command line for a program: nothing is printed, written or exited from.

        Raises:
            CommandLineError: With all mistakes of the line.
        """
        return self.read(argv).result()

    def exit_with(self, error: CommandLineError) -> NoReturn:
        """Print the mistakes to stderr and exit with 2."""
        from tfaip.params.commandline.messages import print_mistakes

        print_mistakes(error.mistakes, self.prog)
        sys.exit(2)

    def read(self, argv: Sequence[str] | None = None) -> Parsed:
        """The arguments that exist for a line and what it says of them; nothing is built, nothing refused yet."""
        return parse_line(self, _words(argv))


def _words(argv: Sequence[str] | None) -> list[str]:
    return list(sys.argv[1:] if argv is None else argv)


def _name_of_script() -> str:
    return sys.argv[0].replace("\\", "/").rpartition("/")[2] if sys.argv and sys.argv[0] else "python"
