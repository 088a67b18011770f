"""What the built-in arguments ask for: help, the resulting params, the schema, a saved config."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfaip.params.commandline.answering.schema import schema_of
from tfaip.params.commandline.answering.shells import completion_script
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.result import ParseResult
from tfaip.params.documenting.json_schema import json_schema_of_roots
from tfaip.params.errors import CommandLineError, Mistake, ParamsError, SaveError
from tfaip.params.serialization.formats import format_of, write_file
from tfaip.params.shown_text import clean_text, encodable, one_line
from tfaip.params.tree.merging import VERSION_KEY

__all__ = ["answer", "config_text", "print_mistakes", "save_config"]


def answer(parsed: Parsed, command: Declarations) -> None:
    """Print what the line asks to see.

    Raises:
        CommandLineError: The resulting params are asked for, but the line is wrong.
    """
    if parsed.request == "help":
        from tfaip.params.commandline.answering.drawing import print_help

        print_help(parsed, command)
    elif parsed.request == "show_completion":
        print(completion_script(command.prog, parsed.builtin["show_completion"]), end="")
    elif parsed.request == "show":
        _print_params(parsed.result())
    elif parsed.request == "show_schema":
        _print_json(schema_of(parsed, command))
    else:
        roots = {name: node.kind for name, node in parsed.nodes.items()}
        _print_json(json_schema_of_roots(roots))


def _print_params(result: ParseResult) -> None:
    text = config_text(result, "yaml")
    if encodable(text, sys.stdout.encoding) != text:
        # JSON is YAML too, and has escapes for all characters.
        text = _ascii_json(config_text(result, "json"))
    print(text, end="")


def _print_json(data: Any) -> None:
    from tfaip.params.serialization.json import dump_json

    text = clean_text(dump_json(data))
    print(text if encodable(text, sys.stdout.encoding) == text else _ascii_json(text))


def _ascii_json(text: str) -> str:
    """JSON text whose other characters are escapes; they stand in strings only."""
    return "".join(char if char.isascii() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    """A character as JSON escapes it: one or two code units of UTF-16."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def config_text(result: ParseResult, format: str) -> str:  # noqa: A002 - what else
    """The params of all roots as a document that `--config` reads.

    Raises:
        CommandLineError: A value can't be read from such a document.
    """
    from tfaip.params.serialization.checking import checked_text
    from tfaip.params.serialization.documents import to_document
    from tfaip.params.serialization.plain import FORMAT_VERSION
    from tfaip.params.serialization.writing import to_dict

    roots: dict[tuple[str | int, ...], Any] = {((name,) if name else ()): params for name, params in result.items()}
    try:
        if list(result) == [""]:
            return checked_text(to_document(result[""]), roots, format)
        data = {name: None if params is None else to_dict(params) for name, params in result.items()}
        return checked_text({VERSION_KEY: FORMAT_VERSION, **data}, roots, format)
    except SaveError as error:
        raise CommandLineError(error.mistakes) from None


def save_config(result: ParseResult, path: Path) -> None:
    """Write the params of all roots to a file that `--config` reads.

    Raises:
        CommandLineError: The file can't be written, or a value can't be read from one.
    """
    try:
        write_file(config_text(result, format_of(path)), path)
    except CommandLineError:
        raise
    except ParamsError as error:
        raise CommandLineError([Mistake("--save-config", str(error))]) from None


def print_mistakes(mistakes: Sequence[Mistake], prog: str) -> None:
    """Print all mistakes to stderr, and how to get help."""
    lines = [clean_text(mistake) for mistake in mistakes]
    prog = one_line(prog)
    text = f"{prog}: error: " + "\n".join(lines) + f"\nsee {prog} --help"
    print(encodable(text, sys.stderr.encoding), file=sys.stderr)
