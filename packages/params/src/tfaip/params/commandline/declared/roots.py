"""The params that a command line fills: each root with its name, its default, and the tree that is being filled."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from tfaip.params.commandline.reading.options import normalise
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import DefinitionError
from tfaip.params.tree.nodes import UNSET, Origin, ParamsNode
from tfaip.params.tree.seeding import node_of_class, node_of_instance
from tfaip.params.values.annotations import UnsupportedAnnotation, has_fields, kind_of
from tfaip.params.values.structures import ParamsType

__all__ = ["Root"]


T = TypeVar("T")


class Root(Generic[T]):
    """One params object of a command line; `T` is its class, for type checkers.

    Args:
        name: The first part of the names of its arguments; empty if its fields stand alone.
        annotation: The declared class, perhaps parametrised, optional or a union.
        default: An instance whose values are kept and shown.
        fixed_class: Whether the class of the root itself can't be selected.
        hidden: Prefixes of arguments that don't exist on the command line.

    Raises:
        DefinitionError: The annotation is no params class, or the default isn't an instance of it.
    """

    def __init__(self, name: str, annotation: Any, default: Any, *, fixed_class: bool, hidden: Sequence[str]) -> None:
        if has_fields(type(annotation)):
            cls = type(annotation).__name__
            raise DefinitionError(
                f"root {name!r}: expects a params class, got an instance of {cls}; give it as default="
            )
        try:
            kind = kind_of(annotation)
        except UnsupportedAnnotation as error:
            raise DefinitionError(f"root {name!r}: {error}") from None
        if not isinstance(kind, ParamsType):
            raise DefinitionError(f"root {name!r}: expects a params class, got {annotation!r}")
        if default is not None and not isinstance(default, kind.bases):
            raise DefinitionError(f"root {name!r}: the default must be a {kind.label}, got a {type(default).__name__}")
        self.name = name
        self.kind = kind
        self.default = default
        self.fixed_class = fixed_class
        self.hidden = tuple(hidden)

    def field_names(self) -> set[str]:
        """The names of the arguments of its own fields, without the root."""
        annotation = self.kind.annotations[0] if self.default is None else type(self.default)
        fields = {name: spec for name, spec in fields_of(annotation).items() if spec.options.mode != "hidden"}
        aliases = {alias for spec in fields.values() for alias in spec.options.aliases}
        return {
            *fields,
            *(normalise(alias) for alias in aliases if not alias.startswith("-") or alias.startswith("--")),
        }

    def seed(self) -> ParamsNode:
        """A fresh tree with the default values."""
        if self.default is not None:
            return node_of_instance(None, self.kind, self.default, Origin.INSTANCE)
        if self.kind.optional:
            return ParamsNode(None, self.kind, None, Origin.DEFAULT)
        annotation = self.kind.annotations[0]
        if inspect.isabstract(self.kind.bases[0]):
            return ParamsNode(None, self.kind, UNSET, Origin.DEFAULT)
        return node_of_class(None, self.kind, annotation, Origin.DEFAULT)
