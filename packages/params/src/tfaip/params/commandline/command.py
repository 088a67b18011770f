"""`CommandLine`: the arguments of one command, some of which depend on the classes that others select."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn, TypeVar

from tfaip.params.commandline.answering.completion import print_candidates
from tfaip.params.commandline.answering.requests import answer, print_mistakes, save_config
from tfaip.params.commandline.declared.builtin import COMPLETION_VARIABLE
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.reading.parsing import parse_line
from tfaip.params.commandline.result import ParseResult
from tfaip.params.defining.generics import ClassOf
from tfaip.params.errors import CommandLineError

__all__ = ["CommandLine", "parse", "words_of"]

T = TypeVar("T")


class CommandLine(Declarations):
    """The command line of one command: params roots, and plain arguments beside them.

    Args:
        prog: The name of the command in messages; by default that of the running script.
        description: Description of the command, for help.
        check_required: Whether required fields have to be given.
        env_prefix: Prefix of the names of environment variables, as `"MYAPP_"`: `MYAPP_OPTIMIZER__LR` gives a
            value to `--optimizer.lr`. The line wins over them, they win over config files. Without, none is read.
    """

    def __init__(
        self,
        prog: str | None = None,
        description: str = "",
        *,
        check_required: bool = True,
        env_prefix: str = "",
    ) -> None:
        super().__init__(prog or _name_of_script(), description, check_required=check_required, env_prefix=env_prefix)

    def parse(self, argv: Sequence[str] | None = None) -> ParseResult:
        """Read the command line as a command does: help and messages are printed, and end the process.

        Args:
            argv: The words of the line; by default those of the running process.

        Raises:
            SystemExit: With 0 after `--help`, `--show`, `--show-schema`; with 2 after a mistake of the user.
        """
        if shell := os.environ.get(COMPLETION_VARIABLE):
            print_candidates(self, words_of(argv), shell)
            sys.exit(0)
        try:
            parsed = self.read(argv)
            if parsed.request is not None:
                answer(parsed, self)
                sys.exit(0)
            result = parsed.result()
            if parsed.save_to is not None:
                save_config(result, parsed.save_to, parsed.defaults())
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
        print_mistakes(error.mistakes, self.prog)
        sys.exit(2)

    def read(self, argv: Sequence[str] | None = None) -> Parsed:
        """The arguments that exist for a line and their values on it; nothing is built, nothing refused yet."""
        return parse_line(self, words_of(argv))


def words_of(argv: Sequence[str] | None) -> list[str]:
    """The words of a line; by default those of the running process.

    Raises:
        TypeError: The line is one text, not yet split into words.
    """
    if isinstance(argv, str):
        raise TypeError(f"argv is a list of words, got the text {argv!r}; split it by shlex.split")
    return list(sys.argv[1:] if argv is None else argv)


def _name_of_script() -> str:
    return sys.argv[0].replace("\\", "/").rpartition("/")[2] if sys.argv and sys.argv[0] else "python"


def parse(
    cls: ClassOf[T],
    argv: Sequence[str] | None = None,
    *,
    prog: str | None = None,
    description: str | None = None,
    default: T | None = None,
    root: str = "",
    exits: bool = True,
    env_prefix: str = "",
) -> T:
    """Read params of a class from the command line; its fields are arguments by their own names.

    Args:
        cls: The params class.
        argv: The words of the line; by default those of the running process.
        prog: The name of the command in messages; by default that of the running script.
        description: Description of the script, for help; by default the docstring of the class.
        default: An instance whose values are shown by help, and kept where the line says nothing else.
        root: A first part for the names of all arguments.
        env_prefix: As of `CommandLine`.
        exits: Whether help and messages are printed, and end the process. Without, `--help` and the like do nothing.

    Raises:
        SystemExit: With 0 after `--help`, `--show`, `--show-schema`; with 2 after a mistake of the user.
        CommandLineError: With all mistakes of the line, where `exits` is false.
    """
    command = CommandLine(prog, (cls.__doc__ or "") if description is None else description, env_prefix=env_prefix)
    declared = command.add_root(root, cls, default=default)
    result = command.parse(argv) if exits else command.parse_or_raise(argv)
    return result[declared]
