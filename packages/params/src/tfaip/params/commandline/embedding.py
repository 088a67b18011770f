"""Params in a command whose own arguments, positional words and subcommands belong to an `argparse` parser."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence

from tfaip.params.commandline.command import CommandLine, words_of
from tfaip.params.commandline.reading.options import Option, SplitLine, Word
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.reading.parsing import parse_line

__all__ = ["EmbeddedCommandLine", "embed"]


class EmbeddedCommandLine(CommandLine):
    """A command line that leaves to an argparse parser whatever isn't an argument of its params.

    The namespace of that parser is the `namespace` of this object once the line was read. `--help` shows the parser's
    own help first, that of a subcommand if the line names one.
    """

    shows_usage = False

    def __init__(self, parser: argparse.ArgumentParser, *, check_required: bool = True, env_prefix: str = "") -> None:
        super().__init__(parser.prog, parser.description or "", check_required=check_required, env_prefix=env_prefix)
        self.parser = parser
        self.namespace = argparse.Namespace()

    def read(self, argv: Sequence[str] | None = None) -> Parsed:
        """As of `CommandLine`, and fills the `namespace`."""
        return parse_line(self, words_of(argv), self._claim)

    def _claim(self, line: SplitLine, unknown: list[Option], rest: list[Word]) -> tuple[list[Option], list[Word]]:
        """Give argparse its words in their order; a word that it doesn't know comes back as a mistake of ours."""
        ours = {option.position: option for option in unknown}
        words = {word.position: word for word in rest} | {w.position: w for o in unknown for w in o.words}
        texts = {position: option.raw for position, option in ours.items()}
        texts |= {position: word.text for position, word in words.items()}
        if line.terminator is not None:
            texts[line.terminator] = "--"
        if any(option.name in ("help", "-h") for option in line.options):
            self._print_own_help([texts[position] for position in sorted(texts)])
            return [], []
        self.namespace, extras = self.parser.parse_known_args([texts[position] for position in sorted(texts)])
        left = [option for option in unknown if option.raw in extras]
        return left, [word for word in rest if word.text in extras]

    def _print_own_help(self, words: list[str]) -> None:
        """Let argparse print its help, which may be that of a subcommand; it must not end the process for it."""
        with contextlib.suppress(SystemExit):
            self.parser.parse_known_args([*words, "--help"])


def embed(parser: argparse.ArgumentParser, *, check_required: bool = True, env_prefix: str = "") -> EmbeddedCommandLine:
    """A command line beside an argparse parser: add roots to it, and let it read the line in place of the parser.

    Args:
        parser: Has its own arguments, also positional ones and subparsers.
        check_required: Whether required fields have to be given.
        env_prefix: Prefix of the names of environment variables that give values, as of `CommandLine`.
    """
    return EmbeddedCommandLine(parser, check_required=check_required, env_prefix=env_prefix)
