"""`--show-schema`: the tree of arguments as JSON, for programs that build user interfaces or command lines."""

from __future__ import annotations

from typing import Any

from tfaip.params.commandline.answering.describing import choices_of, docstring_of, required, value_of
from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.declared.plain import PlainArgument
from tfaip.params.commandline.reading.arguments import Argument, Group
from tfaip.params.commandline.reading.names import spell
from tfaip.params.commandline.reading.parsed import Parsed
from tfaip.params.registry import tag_of
from tfaip.params.tree.nodes import label_of

__all__ = ["schema_of"]


def schema_of(parsed: Parsed, command: Declarations) -> dict[str, Any]:
    """All arguments that exist for the classes selected on the line, in groups by the params that they belong to."""
    return {
        "prog": command.prog,
        "arguments": [_of_plain(argument) for argument in command.arguments],
        **_of_shorthands(parsed, command),
        "groups": [_of_group(group) for group in parsed.table.groups],
    }


def _of_shorthands(parsed: Parsed, command: Declarations) -> dict[str, Any]:
    found = [(short, short.arguments(parsed.table)) for short in command.shorthands]
    sets = [
        {"argument": short.spelled, "sets": [argument.full_path for argument in arguments]}
        for short, arguments in found
        if arguments
    ]
    return {"short_forms": sets} if sets else {}


def _of_plain(argument: PlainArgument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "argument": argument.spelled,
        "type": argument.kind.label,
        "default": None if argument.required else argument.default,
        "choices": list(argument.kind.words()),
        "required": argument.required,
        "help": argument.help,
    }


def _of_group(group: Group) -> dict[str, Any]:
    cls = group.node.cls
    return {
        "path": ".".join(map(str, group.path)),
        "class": tag_of(cls) if cls is not None else None,
        "help": docstring_of(cls),
        "fields": [_of_argument(argument) for argument in group.arguments],
    }


def _of_argument(argument: Argument) -> dict[str, Any]:
    spec = argument.node.spec
    return {
        "name": str(argument.path[-1]),
        "path": ".".join(map(str, argument.path)),
        "argument": argument.spelled,
        "also": [spell(name) for name in argument.names.all[1:]],
        "type": label_of(argument.node),
        "default": value_of(argument.node),
        "choices": list(choices_of(argument.node)),
        "required": required(argument.node),
        "help": spec.help if spec is not None else "",
    }
