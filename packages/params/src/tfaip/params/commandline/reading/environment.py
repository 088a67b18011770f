"""Values from environment variables, which a command reads where it names a prefix for them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tfaip.params.tree.nodes import Leaf, Node, ParamsNode
from tfaip.params.values.base import ValueType, split_text

__all__ = ["Environment", "variable_of", "words_of_text"]


def variable_of(prefix: str, name: str) -> str:
    """The variable of an argument: `MYAPP_OPTIMIZER__LR` for `optimizer.lr`."""
    return prefix + name.replace("-", "_").replace(".", "__").upper()


class Environment:
    """The variables of a command; an empty one counts as none.

    Args:
        prefix: Prefix of their names.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        # Some systems know no lower case in names of variables.
        self._texts = {name.upper(): text for name, text in os.environ.items() if text}
        self._names = [name for name in self._texts if name.startswith(prefix.upper())]

    def __bool__(self) -> bool:
        return bool(self._names)

    def find(self, names: Iterable[str]) -> tuple[str, str] | None:
        """The variable of an argument that has one of these names, and its text."""
        for name in names:
            variable = variable_of(self._prefix, name)
            if (text := self._texts.get(variable.upper())) is not None:
                return variable, text
        return None

    def mentions(self, names: Iterable[str], fields: Iterable[str]) -> bool:
        """Whether a variable sets a field of the params that have one of these names, or something below it."""
        starts = tuple(variable_of(self._prefix, f"{name}.{field}").upper() for name in names for field in fields)
        return any(
            found.startswith(start) and found[len(start) : len(start) + 2] in ("", "__")
            for found in self._names
            for start in starts
        )


def words_of_text(node: Node | ValueType, text: str) -> list[str]:
    """The words of a variable: one where the node takes one, else as a shell splits them; JSON text is one word."""
    kind = node if isinstance(node, ValueType) else node.spec.kind if isinstance(node, Leaf) else None
    return split_text(text, is_single=isinstance(node, ParamsNode) or (isinstance(kind, ValueType) and kind.arity == 1))
