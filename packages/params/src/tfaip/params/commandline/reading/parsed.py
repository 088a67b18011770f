"""A parsed line: its arguments, their values, and the params that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tfaip.params.commandline.declared.plain import Arguments
from tfaip.params.commandline.reading.arguments import ArgumentTable
from tfaip.params.commandline.result import ParseResult
from tfaip.params.defining.post_init import run_post_init
from tfaip.params.errors import CommandLineError, Mistake
from tfaip.params.tree.building import Problems, build
from tfaip.params.tree.nodes import ParamsNode
from tfaip.params.tree.nodes import Path as NodePath

__all__ = ["Parsed"]

_REQUESTS = ("help", "show_completion", "show_schema", "show_json_schema", "show")
"""The built-in arguments that ask for something to be shown, in the order of precedence."""


class Parsed:
    """A parsed line, before its params are built: the source of help, schema and completion.

    Args:
        nodes: The tree of each root.
        table: The arguments that exist for the classes selected.
        arguments: The values of the plain arguments.
        builtin: The values of the built-in arguments.
        mistakes: The mistakes of the line so far.
        check_required: Whether required fields have to be given.
        seed: Makes the trees of the defaults.
    """

    def __init__(
        self,
        nodes: dict[str, ParamsNode],
        table: ArgumentTable,
        arguments: Arguments,
        builtin: Arguments,
        mistakes: list[Mistake],
        check_required: bool,
        seed: Callable[[], dict[str, ParamsNode]],
    ) -> None:
        self.nodes = nodes
        self.table = table
        self.arguments = arguments
        self.builtin = builtin
        self.mistakes = mistakes
        self._check_required = check_required
        self.references: dict[NodePath, tuple[Any, Any]] = {}
        self._seed = seed

    @property
    def request(self) -> str | None:
        """The built-in argument that wants something shown instead of the command run."""
        return next((name for name in _REQUESTS if self.builtin[name] not in (None, False)), None)

    @property
    def save_to(self) -> Path | None:
        """The file of `--save-config`."""
        path = self.builtin["save_config"]
        assert path is None or isinstance(path, Path)
        return path

    def defaults(self) -> dict[str, ParamsNode] | None:
        """The trees of the defaults, where only what differs from them is asked for."""
        return self._seed() if self.builtin["only_changes"] else None

    def result(self) -> ParseResult:
        """Build the params.

        Raises:
            CommandLineError: With all mistakes of the line.
        """
        mistakes = list(self.mistakes)
        values = {}
        for name, node in self.nodes.items():
            problems: Problems = []
            values[name] = build(node, problems, (name,), check_required=self._check_required)
            mistakes += [Mistake(self.table.spelled(path), found.problem, found.hints) for path, found in problems]
        if not mistakes:
            mistakes += self._derive(values)
        if mistakes:
            raise CommandLineError(mistakes)
        result = ParseResult(values, self.arguments, tuple(self.builtin["trust"]))
        result.references = self.references
        return result

    def _derive(self, values: dict[str, Any]) -> Iterable[Mistake]:
        for name, value in values.items():
            try:
                run_post_init(value)
            except ValueError as error:
                yield Mistake(self.table.spelled((name,)), str(error))
