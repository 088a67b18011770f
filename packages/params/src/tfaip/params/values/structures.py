"""Fields that hold params: one, a list of them, or a dict of them."""

from __future__ import annotations

from typing import Any

from tfaip.params.values.base import ScalarType

__all__ = ["ParamsDict", "ParamsList", "ParamsType", "ParamsValue"]


class ParamsType:
    """Params of one of several classes or of a class that derives from them, possibly None.

    Args:
        annotations: The declared classes; a parametrised class (`Base[X]`) keeps its type arguments.
        bases: The same without type arguments.
        optional: Whether the field may be None.
    """

    __slots__ = ("annotations", "bases", "optional")

    def __init__(self, annotations: tuple[Any, ...], bases: tuple[type[Any], ...], optional: bool) -> None:
        self.annotations = annotations
        self.bases = bases
        self.optional = optional

    @property
    def label(self) -> str:
        """The names of the classes between bars."""
        names = [base.__name__ for base in self.bases]
        return " | ".join([*names, "none"] if self.optional else names)


class ParamsList:
    """A list of params."""

    __slots__ = ("item", "optional")

    def __init__(self, item: ParamsType, optional: bool) -> None:
        self.item = item
        self.optional = optional

    @property
    def label(self) -> str:
        """`list[LayerParams]`."""
        return f"list[{self.item.label}]" + (" | none" if self.optional else "")


class ParamsDict:
    """A dict of params."""

    __slots__ = ("item", "key", "optional")

    def __init__(self, key: ScalarType, item: ParamsType, optional: bool) -> None:
        self.key = key
        self.item = item
        self.optional = optional

    @property
    def label(self) -> str:
        """`dict[str, LayerParams]`."""
        return f"dict[{self.key.label}, {self.item.label}]" + (" | none" if self.optional else "")


ParamsValue = ParamsType | ParamsList | ParamsDict
