"""One pass over a line: plain arguments, config files, params, and the mistakes of all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

from tfaip.params.commandline.declared.builtin import BUILTIN_ARGUMENTS
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.declared.plain import Arguments, PlainArgument
from tfaip.params.commandline.declared.shorthands import Shorthand, ShorthandUse
from tfaip.params.commandline.reading.arguments import is_counter
from tfaip.params.commandline.reading.binding import Binder
from tfaip.params.commandline.reading.environment import Environment
from tfaip.params.commandline.reading.options import (
    GivenOption,
    Option,
    SplitLine,
    Word,
    normalise,
    repeated_letter,
    split_line,
)
from tfaip.params.commandline.reading.other_tools import word_of_other_tool
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.commandline.reading.unknown import unexpected_word, unknown_option
from tfaip.params.errors import Mistake
from tfaip.params.importing import import_tag
from tfaip.params.serialization.references import resolve_references
from tfaip.params.values.base import read_words
from tfaip.params.values.problem import Path, ValueProblem

__all__ = ["Claim", "parse_line", "parse_values"]

Claim = Callable[[SplitLine, list[Option], list[Word]], tuple[list[Option], list[Word]]]

_SHORT_OPTION = re.compile("-[A-Za-z]")


def _already_said(where: str, mistakes: Iterable[Mistake]) -> bool:
    return any(mistake.where.replace("-", "_") == where.replace("-", "_") for mistake in mistakes)


def parse_line(declared: Declarations, words: Sequence[str], claim: Claim | None = None) -> Parsed:
    """Read a line; mistakes are kept, so that help can be shown nevertheless.

    Args:
        declared: The existing arguments.
        words: The line.
        claim: Somebody else who takes what is left over, and returns what nobody knows.
    """
    is_short: Callable[[str], bool]
    shorts = {short for argument in declared.declared_arguments() for short in argument.short}
    repeated = {short for word in words if (short := repeated_letter(word))}
    unsure = {word.partition("=")[0] for word in words if _SHORT_OPTION.match(word)} - shorts
    counters: set[str] = set()
    if unsure or repeated:
        # Only the classes that the line selects tell short aliases of fields from values.
        perhaps = unsure | repeated
        known = _parse(declared, words, lambda word: word in shorts or word in perhaps, repeated, None).table.by_name
        shorts |= {word for word in perhaps if normalise(word) in known}
        counters = {word for word in repeated if word in known and is_counter(known[word].node)}
    is_short = shorts.__contains__ if claim is None else lambda word: bool(_SHORT_OPTION.match(word))
    mentioned = {normalise(word.partition("=")[0]) for word in words if word.startswith("--")}
    used = None
    if found := [shorthand for shorthand in declared.shorthands if shorthand.name in mentioned]:
        # Only the classes that the line selects tell whether an argument has the name of a short form.
        used = ShorthandUse(found, _parse(declared, words, is_short, counters, None).table)
    return _parse(declared, words, is_short, counters, claim, used)


def parse_values(
    declared: Declarations, values: Mapping[str, Any], importing: Callable[[str], Any] = import_tag
) -> Parsed:
    """Read values that code gives to arguments, by their names; text is read as a word of the line is.

    Args:
        declared: The existing arguments.
        values: The values.
        importing: Gets the object of a tag that no imported class has; raises `ValueProblem`.
    """
    options = [
        Option(f"--{name}", position, value) if isinstance(value, str) else GivenOption(name, position, value)
        for position, (name, value) in enumerate(values.items())
    ]
    binder = Binder(options, importing, by_code=True)
    nodes = declared.seeds()
    for name, root in declared.roots.items():
        binder.bind_root(name, nodes[name], selectable=not root.fixed_class, hidden=root.hidden)
    if unknown := binder.unknown():
        binder.mistakes += _leftovers(unknown, [], binder, [], [])
    arguments = (Arguments({}), Arguments({"trust": ()}))
    return Parsed(nodes, binder.table, *arguments, binder.mistakes, declared.check_required, declared.seeds)


def _parse(
    declared: Declarations,
    words: Sequence[str],
    is_short_option: Callable[[str], bool],
    counters: Container[str],
    claim: Claim | None,
    used: ShorthandUse | None = None,
) -> Parsed:
    plain = declared.declared_arguments()
    line = split_line(words, is_short_option, counters)
    if used is not None:
        line.options = used.expanded(line.options)
    environment = Environment(declared.env_prefix) if declared.env_prefix else None
    binder = Binder(line.options, import_tag, environment)
    binder.table.reserved = frozenset(key for argument in plain if not argument.positional for key in argument.keys)
    values = {a.name: _value_of(a, binder, a in declared.arguments) for a in plain if not a.positional}
    nodes = declared.seeds()
    binder.assigner.import_of_files = _import_of_files(declared, values["trust"])
    if values["config"]:
        from tfaip.params.commandline.reading.configuration import merge_configs

        binder.mistakes += merge_configs(values["config"], nodes, binder.assigner.import_of_files)
    for name, root in declared.roots.items():
        binder.bind_root(name, nodes[name], selectable=not root.fixed_class, hidden=root.hidden)
    # The words after a short form come once for each argument that it sets.
    loose = list({word.position: word for word in [*line.loose, *binder.loose]}.values())
    loose.sort(key=lambda word: word.position)
    positional = [argument for argument in declared.arguments if argument.positional]
    rest = _bind_positionals(positional, loose, values, binder.mistakes)
    if binder.table.positional:
        rest = binder.bind_positionals(_without_options(rest, line, binder))
    _check_presence(declared.arguments, values, binder.mistakes)
    kept: dict[Path, tuple[Any, Any]] = {}
    if values["config"] or binder.assigner.has_read_files:
        kept, mistakes = resolve_references(nodes, binder.assigner.import_of_files)
        binder.mistakes += mistakes
    unknown = binder.unknown()
    if claim is not None:
        unknown, rest = claim(line, unknown, rest)
    if unknown or rest:
        binder.mistakes += _leftovers(unknown, rest, binder, plain, declared.shorthands)
    if used is not None:
        binder.mistakes = list(dict.fromkeys([*used.mistakes, *binder.mistakes]))
    builtin = {argument.name: values[argument.name] for argument in BUILTIN_ARGUMENTS}
    own = {argument.name: values[argument.name] for argument in declared.arguments}
    arguments = (Arguments(own), Arguments(builtin))
    parsed = Parsed(nodes, binder.table, *arguments, binder.mistakes, declared.check_required, declared.seeds)
    parsed.references = kept
    return parsed


def _import_of_files(declared: Declarations, trust: Iterable[str]) -> Callable[[str], Any]:
    """Imports what files of the line name: of `tfaip`, of the roots' own packages, and of those that are trusted."""

    def imported(tag: str) -> Any:
        from tfaip.params.trust.tagged_import import TrustedImport

        own = [base.__module__.partition(".")[0] for root in declared.roots.values() for base in root.kind.bases]
        return TrustedImport([*own, *trust])(tag)

    return imported


def _without_options(words: list[Word], line: SplitLine, binder: Binder) -> list[Word]:
    """The words without those that look like options that nobody knows; after `--` all words are values."""
    values = []
    for word in words:
        is_before = line.terminator is None or word.position < line.terminator
        if is_before and _SHORT_OPTION.match(word.text):
            instead = word_of_other_tool(word.text, binder.table, {})
            hints = (*filter(None, [instead]), f"if it is a value: -- {word.text}")
            binder.mistakes.append(Mistake(word.text, "unknown argument", hints))
        else:
            values.append(word)
    return values


def _leftovers(
    unknown: Sequence[Option],
    rest: Iterable[Word],
    binder: Binder,
    declared: Iterable[PlainArgument],
    shorthands: Iterable[Shorthand],
) -> list[Mistake]:
    plain = {key: argument.kind for argument in declared for key in argument.keys}
    names = [key for key in plain if not key.startswith("-")]
    names += [shorthand.name for shorthand in shorthands if shorthand.arguments(binder.table)]
    failed = {normalise(mistake.where) for mistake in binder.mistakes}
    found = [unknown_option(option, binder.table, names) for option in unknown if not _hangs_off(option.name, failed)]
    # The words after an unknown argument are its value: one mistake, not two.
    return found + [unexpected_word(word, binder.table, plain) for word in rest if word.after not in unknown]


def _hangs_off(name: str, failed: Iterable[str]) -> bool:
    """Whether an argument is below one whose class couldn't be selected: nobody knows whether it exists."""
    return any(name.startswith(f"{other}.") for other in failed)


def _value_of(argument: PlainArgument, binder: Binder, is_own: bool) -> Any:
    variable = argument.name if is_own else None
    values = binder.bind_value(argument.keys, argument.kind, keep_all=argument.repeat, variable=variable)
    if argument.repeat:
        return values or list(argument.default or ())
    return values[0] if values else argument.default


def _bind_positionals(
    arguments: Iterable[PlainArgument], words: list[Word], values: dict[str, Any], mistakes: list[Mistake]
) -> list[Word]:
    """Give each positional argument its words in turn; returns those left over."""
    for argument in arguments:
        texts = [word.text for word in words]
        count = argument.kind.take(texts)
        values[argument.name] = argument.default
        if count:
            try:
                values[argument.name] = read_words(argument.kind, texts[:count])
            except ValueProblem as problem:
                values[argument.name] = None
                mistakes.append(Mistake(argument.spelled, problem.problem, problem.hints))
        words = words[count:]
    return words


def _check_presence(arguments: Iterable[PlainArgument], values: dict[str, Any], mistakes: list[Mistake]) -> None:
    for argument in arguments:
        missing = argument.required and values[argument.name] is argument.default
        if missing and not _already_said(argument.spelled, mistakes):
            hints = (argument.help,) if argument.help else ()
            mistakes.append(Mistake(argument.spelled, f"is required ({argument.kind.label})", hints))
