"""`--help`: the arguments that exist for the classes selected on the line, group by group."""

from __future__ import annotations

from collections.abc import Iterator

from tfaip.params.commandline.answering.choosing import Choice, fields_elsewhere
from tfaip.params.commandline.answering.describing import (
    choices_of,
    docstring_of,
    quoted,
    required,
    value_of,
    words_of_kind,
)
from tfaip.params.commandline.answering.metavars import metavar_of, metavar_of_kind, type_note
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.declared.plain import PlainArgument
from tfaip.params.commandline.declared.shorthands import Shorthand
from tfaip.params.commandline.reading.arguments import Argument, Group, is_counter
from tfaip.params.commandline.reading.environment import variable_of
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.registry import name_of
from tfaip.params.tree.nodes import UNSET, Node, Origin, ParamsNode, origin_of
from tfaip.params.values.anything import words_of
from tfaip.params.values.collections import SequenceType
from tfaip.params.values.mappings import MappingType
from tfaip.params.values.scalars import BoolType

__all__ = ["Entry", "Section", "help_sections", "usage"]

_MANY = 16
"""More choices than this aren't listed: completion and `--show-schema` know them all."""


class Entry:
    """One argument in help.

    Args:
        name: The argument.
        metavar: The placeholder after it.
        help: The explanation.
        notes: Type, choices, default; each a few words.
        required: Whether it has to be given.
    """

    __slots__ = ("help", "metavar", "name", "notes", "required")

    def __init__(self, name: str, metavar: str, help: str, notes: list[str], required: bool) -> None:  # noqa: A002
        self.name = name
        self.metavar = metavar
        self.help = help
        self.notes = notes
        self.required = required

    def is_found(self, choice: Choice) -> bool:
        """Whether all words of a search stand in its texts."""
        return choice.finds(self.name, self.help, *self.notes)


class Section:
    """A heading, some lines about it, and entries."""

    __slots__ = ("entries", "intro", "title")

    def __init__(self, title: str, intro: list[str], entries: list[Entry]) -> None:
        self.title = title
        self.intro = intro
        self.entries = entries


def several(argument: PlainArgument) -> str:
    """Dots after the name of a positional argument that takes several words."""
    return " ..." if isinstance(argument.kind, SequenceType | MappingType) else ""


def usage(parsed: Parsed, command: Declarations) -> str:
    """The first line of help."""
    positionals = [
        argument.spelled + several(argument) if argument.required else f"[{argument.spelled}{several(argument)}]"
        for argument in command.arguments
        if argument.positional
    ]
    for argument in parsed.table.positional:
        word = _positional_word(argument)
        spec = argument.node.spec
        is_required = spec is not None and (spec.options.required or not spec.has_default)
        positionals.append(word if is_required else f"[{word}]")
    return " ".join(["usage:", command.prog, *positionals, "[--argument value ...]"])


def _positional_word(argument: Argument) -> str:
    """`FILES ...` for a positional field."""
    name = str(argument.path[-1]).upper()
    return f"{name} ..." if metavar_of(argument.node).endswith(" ...") else name


def help_sections(parsed: Parsed, command: Declarations) -> Iterator[Section]:
    """The sections of help: the command's own arguments, the params in the order of their tree, the built-in ones.

    The words after `--help` choose the arguments: the basic ones, all of them, or those that match.
    """
    shorts = {short: found for short in command.shorthands if (found := short.arguments(parsed.table))}
    choice = Choice(
        parsed.builtin["help"] or (), parsed.table, {target for found in shorts.values() for target in found}
    )
    sections = [
        Section("arguments", [], [_plain_entry(argument, command.env_prefix) for argument in command.arguments])
    ]
    sections.append(Section("short forms", [], [_shorthand_entry(short, found) for short, found in shorts.items()]))
    sections += [_section(group, parsed, command.env_prefix, choice) for group in parsed.table.groups]
    builtin = command.builtin_arguments()
    offered = [argument for argument in builtin if not (choice.left_out and argument.rare)]
    sections.append(Section("always there", [], [_plain_entry(argument) for argument in offered]))
    if choice.searched:
        for section in sections:
            section.entries = [entry for entry in section.entries if entry.is_found(choice)]
        sections.append(Section("classes not selected", [], _entries_elsewhere(parsed, choice)))
    shown = [section for section in sections if section.entries]
    yield from shown
    word = builtin[0].spelled
    if choice.left_out:
        count = choice.left_out + len(builtin) - len(offered)
        yield Section("more", [f"{count} more arguments: {word} all. Search: {word} WORD ..."], [])
    elif not shown:
        yield Section("nothing found", [f"No argument matches all of these words. All arguments: {word} all"], [])


def _entries_elsewhere(parsed: Parsed, choice: Choice) -> list[Entry]:
    return [
        Entry(f"{selection}, {name}", "", text, [], False)
        for selection, name, text in fields_elsewhere(parsed.table, choice.finds)
    ]


def _shorthand_entry(shorthand: Shorthand, targets: list[Argument]) -> Entry:
    node = targets[0].node
    text = node.spec.help if node.spec is not None else ""
    values = {value_of(target.node) for target in targets}
    notes = [f"sets {' and '.join(target.spelled for target in targets)}"]
    is_required = any(required(target.node) for target in targets)
    if len(values) == 1 and None not in values and not is_required:
        notes.append(_value_note(node, str(*values)))
    return Entry(shorthand.spelled, metavar_of(node), text, notes, is_required)


def _value_note(node: Node, value: str) -> str:
    return f"{'default' if origin_of(node) <= Origin.INSTANCE else 'set to'}: {value}"


def _section(group: Group, parsed: Parsed, env_prefix: str, choice: Choice) -> Section:
    cls = group.node.cls
    name = name_of(cls) if cls is not None else "not selected" if group.node.selected is UNSET else "none"
    title = f"{group.names.primary}: {name}" if group.names.primary else name
    intro = [text] if (text := docstring_of(cls)) else []
    others = [f"--{other}.*" for other in group.names.all[1:] if not other.startswith("-")]
    if others and group.arguments:
        intro.append(f"Also: {', '.join(others)}")
    entries = [
        _entry(argument, env_prefix)
        for argument in group.arguments
        if not _is_without_alternative(argument) and choice.shows(argument, group)
    ]
    root = parsed.table.by_name.get(group.names.primary)
    if root is not None and root.node.spec is None and not _is_without_alternative(root) and choice.shows(root, group):
        entries.insert(0, _entry(root, env_prefix))
    return Section(title, intro, entries)


def _is_without_alternative(argument: Argument) -> bool:
    """Whether there is nothing to choose: the one known class is selected (others can still be named by their tags)."""
    node = argument.node
    return (
        isinstance(node, ParamsNode)
        and node.cls is not None
        and not (node.spec is not None and node.spec.options.tuple_like)
        and choices_of(node) == (name_of(node.cls),)
    )


def _entry(argument: Argument, env_prefix: str) -> Entry:
    node = argument.node
    metavar = metavar_of(node)
    spec = node.spec
    notes = []
    if choices := choices_of(node):
        more = [f"... {len(choices)} in all"] if len(choices) > _MANY else []
        notes.append(f"one of {', '.join([*choices[:_MANY], *more])}")
    # The words of an enum or of literals are its type; a field with choices has a type beside them.
    if (note := type_note(node)) and (not choices or (spec is not None and spec.options.choices)):
        notes.append(note)
    if spec is not None and spec.options.aliases:
        notes.append(f"also {', '.join(argument.names.spelled[1:])}")
    if env_prefix:
        notes.append(f"env: {variable_of(env_prefix, argument.names.primary)}")
    is_required = required(node)
    value = value_of(node)
    if value is not None and not is_required:
        notes.append(_value_note(node, value))
    name = argument.spelled
    if spec is not None and spec.options.positional:
        name = f"{_positional_word(argument).removesuffix(' ...')}, {name}"
    if is_counter(node):
        metavar = ""
    return Entry(name, metavar, spec.help if spec else "", notes, is_required)


def _plain_entry(argument: PlainArgument, env_prefix: str = "") -> Entry:
    metavar = "" if argument.positional else argument.metavar or metavar_of_kind(argument.kind)
    is_flag = isinstance(argument.kind, BoolType)
    notes = [f"one of {', '.join(words)}"] if (words := words_of_kind(argument.kind)) else []
    if argument.default not in (None, False, (), []) and not argument.required:
        notes.append("default: " + " ".join(map(quoted, words_of(argument.kind, argument.default))))
    if env_prefix and not argument.positional:
        notes.append(f"env: {variable_of(env_prefix, argument.name)}")
    name = argument.spelled if argument.positional else ", ".join(argument.flags)
    return Entry(name, "" if is_flag else metavar, argument.help, notes, argument.required)
