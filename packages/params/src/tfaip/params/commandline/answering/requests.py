"""The requests of the built-in arguments: help, the resulting params, the schema, a saved config."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfaip.params.commandline.answering.drawing import print_help
from tfaip.params.commandline.answering.schema import schema_of
from tfaip.params.commandline.answering.shells import completion_script
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.result import ParseResult
from tfaip.params.documenting.json_schema import json_schema_of_roots
from tfaip.params.errors import CommandLineError, Mistake, ParamsError, SaveError
from tfaip.params.serialization.differing import SAME, changes_from
from tfaip.params.serialization.formats import dump_text, format_of, write_file
from tfaip.params.serialization.references import with_references
from tfaip.params.serialization.writing import to_dict
from tfaip.params.shown_text import clean_text, encodable, one_line
from tfaip.params.tree.merging import VERSION_KEY
from tfaip.params.tree.nodes import ParamsNode

__all__ = ["answer", "config_text", "print_mistakes", "save_config"]


def answer(parsed: Parsed, command: Declarations) -> None:
    """Print what the line asks to see.

    Raises:
        CommandLineError: The resulting params are asked for, but the line is wrong.
    """
    if sys.stdout is None:  # a process without a console, or `>&-`
        return
    if parsed.request == "help":
        print_help(parsed, command)
    elif parsed.request == "show_completion":
        print(completion_script(command.prog, parsed.builtin["show_completion"]), end="")
    elif parsed.request == "show":
        _print_params(parsed)
    elif parsed.request == "show_schema":
        _print_json(schema_of(parsed, command))
    else:
        roots = {name: node.kind for name, node in parsed.nodes.items()}
        _print_json(json_schema_of_roots(roots))


def _print_params(parsed: Parsed) -> None:
    result = parsed.result()
    text = config_text(result, "yaml", parsed.defaults())
    if encodable(text, sys.stdout.encoding) != text:
        # JSON is YAML too, and has escapes for all characters.
        text = _ascii_json(config_text(result, "json", parsed.defaults()))
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


def config_text(
    result: ParseResult,
    format: str,  # noqa: A002 - what else
    defaults: Mapping[str, ParamsNode] | None = None,
    *,
    references: bool = False,
) -> str:
    """The params of all roots as a document that `--config` reads.

    Args:
        result: The params.
        format: `json`, `yaml` or `toml`.
        defaults: The trees of the defaults, if only what differs from them is to be written.
        references: Whether references of config files are kept as they are written there.

    Raises:
        CommandLineError: A value can't be read from such a document.
    """
    from tfaip.params.serialization.checking import checked_text
    from tfaip.params.serialization.documents import to_document
    from tfaip.params.serialization.plain import FORMAT_VERSION

    roots: dict[tuple[str | int, ...], Any] = {((name,) if name else ()): params for name, params in result.items()}
    try:
        if list(result) == [""]:
            data = to_document(result[""])
        else:
            parts = {name: None if params is None else to_dict(params) for name, params in result.items()}
            data = {VERSION_KEY: FORMAT_VERSION, **parts}
        text = checked_text(data, roots, format)
        if defaults is not None:
            data = _changes(data, result, defaults)
        if references and result.references:
            data = with_references(data, result.references)
        return dump_text(data, format) if references or defaults is not None else text
    except SaveError as error:
        raise CommandLineError(error.mistakes) from None


def _changes(data: dict[str, Any], result: ParseResult, defaults: Mapping[str, ParamsNode]) -> dict[str, Any]:
    """The part of a document that differs from the defaults."""
    changed: dict[str, Any] = {VERSION_KEY: data[VERSION_KEY]}
    for name, params in result.items():
        part = changes_from(defaults[name], params, data[name] if name else data)
        if part is not SAME:
            changed.update({name: part} if name else part)
    return changed


def save_config(result: ParseResult, path: Path, defaults: Mapping[str, ParamsNode] | None = None) -> None:
    """Write the params of all roots, or only what differs from the defaults, to a file that `--config` reads.

    Raises:
        CommandLineError: The file can't be written, or a value can't be read from one.
    """
    try:
        write_file(config_text(result, format_of(path), defaults, references=True), path)
    except CommandLineError:
        raise
    except ParamsError as error:
        raise CommandLineError([Mistake("--save-config", str(error))]) from None


def print_mistakes(mistakes: Sequence[Mistake], prog: str) -> None:
    """Print all mistakes to stderr, and how to get help."""
    if sys.stderr is None:
        return
    lines = [clean_text(mistake) for mistake in mistakes]
    prog = one_line(prog)
    text = f"{prog}: error: " + "\n".join(lines) + f"\nsee {prog} --help"
    print(encodable(text, sys.stderr.encoding), file=sys.stderr)
