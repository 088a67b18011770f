"""Fields that hold params: one, a list or tuple of them, or a dict of them."""

from __future__ import annotations

from typing import Any

from tfaip.params.registry import with_successors
from tfaip.params.values.base import Kind, Reading, ScalarType, SchemaHost, ValueType, Writing

__all__ = ["ParamsDict", "ParamsList", "ParamsType", "ParamsValue"]


class ParamsType(Kind):
    """Params of one of several classes or of a class that derives from them, possibly None, or another value instead.

    Args:
        annotations: The declared classes; a parametrised class (`Base[X]`) keeps its type arguments.
        bases: The same without type arguments.
        optional: Whether the field may be None.
        other: The values that may stand in place of params, in `Layer | str`.
    """

    __slots__ = ("_bases", "annotations", "optional", "other")

    def __init__(
        self,
        annotations: tuple[Any, ...],
        bases: tuple[type[Any], ...],
        optional: bool,
        other: ValueType | None = None,
    ) -> None:
        self.annotations = annotations
        self._bases = bases
        self.optional = optional
        self.other = other

    @property
    def bases(self) -> tuple[type[Any], ...]:
        """The declared classes, and those that a notebook's cell has put in their place since."""
        return with_successors(self._bases)

    @property
    def label(self) -> str:  # type: ignore[override]  # names of classes are cheap, and seldom needed
        """The names of the classes between bars."""
        names = [base.__name__ for base in self._bases]
        if self.other is not None:
            names.append(self.other.label)
        return " | ".join([*names, "none"] if self.optional else names)

    def load(self, data: Any, reading: Reading) -> Any:
        """As the host reads params."""
        return reading.host.read_params(self, data, reading.path)

    def dump(self, value: Any, writing: Writing) -> Any:
        """As the writing writes params."""
        return writing.params(self, value)

    def check(self, value: Any) -> None:
        """Take instances of the classes."""
        if isinstance(value, self.bases) or (value is None and self.optional):
            return
        if self.other is None or not self.other.holds(value):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The classes."""
        return schemas.of_params(self)


class ParamsList(Kind):
    """A list or a tuple of params, which a tree reads and writes item by item.

    Args:
        item: The kind of each item.
        optional: Whether the field may be None.
        cls: Makes the collection of a list.
        count: The number of items, where it is fixed.
        name: The name of the collection, if it isn't that of `cls`.
    """

    __slots__ = ("cls", "count", "item", "name", "optional")

    def __init__(
        self, item: ParamsType, optional: bool, cls: type[Any] = list, count: int | None = None, name: str = ""
    ) -> None:
        self.item = item
        self.optional = optional
        self.cls = cls
        self.count = count
        self.name = name or cls.__name__

    @property
    def label(self) -> str:  # type: ignore[override]
        """`list[LayerParams]`."""
        items = self.item.label if self.count is None else ", ".join([self.item.label] * self.count)
        items += ", ..." if self.count is None and self.cls is tuple else ""
        return f"{self.name}[{items}]" + (" | none" if self.optional else "")

    def check(self, value: Any) -> None:
        """Check each item."""
        if value is None and self.optional:
            return
        if not isinstance(value, list | tuple | self.cls) or (self.count is not None and len(value) != self.count):
            raise self.refused(value)
        for item in value:
            self.item.check(item)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An array."""
        schema: dict[str, Any] = {"type": "array", "items": self.item.json_schema(schemas)}
        if self.count is not None:
            schema.update(minItems=self.count, maxItems=self.count)
        return _or_null(schema, self.optional)


class ParamsDict(Kind):
    """A dict of params, which a tree reads and writes entry by entry."""

    __slots__ = ("item", "key", "optional")

    def __init__(self, key: ScalarType, item: ParamsType, optional: bool) -> None:
        self.key = key
        self.item = item
        self.optional = optional

    @property
    def label(self) -> str:  # type: ignore[override]
        """`dict[str, LayerParams]`."""
        return f"dict[{self.key.label}, {self.item.label}]" + (" | none" if self.optional else "")

    def check(self, value: Any) -> None:
        """Check each key and item."""
        if value is None and self.optional:
            return
        if not isinstance(value, dict):
            raise self.refused(value)
        for key, item in value.items():
            self.key.check(key)
            self.item.check(item)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An object."""
        schema: dict[str, Any] = {"type": "object", "additionalProperties": self.item.json_schema(schemas)}
        return _or_null(schema, self.optional)


def _or_null(schema: dict[str, Any], optional: bool) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]} if optional else schema


ParamsValue = ParamsType | ParamsList | ParamsDict
