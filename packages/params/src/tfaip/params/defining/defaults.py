"""The default instance of a class whose fields are declared with type variables."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any, TypeVar

import attrs

from tfaip.params.defining.generics import field_annotations, origin_class, type_variable_bound
from tfaip.params.errors import DefinitionError
from tfaip.params.registry import tag_of

__all__ = ["TypeArgumentDefault"]


class TypeArgumentDefault:
    """An attrs default factory: an instance of the class that the field's type variable stands for."""

    __slots__ = ("field_name", "is_explicit")

    def __init__(self, field_name: str, *, is_explicit: bool = True) -> None:
        self.field_name = field_name
        self.is_explicit = is_explicit

    def exists(self, annotation: Any) -> bool:
        """Whether there is a class for the default; a field without `default=` is required where there is none."""
        return self.is_explicit or _names_class(annotation)

    def __call__(self, instance: Any) -> Any:
        """The default of the field for an instance that attrs is just making."""
        cls = type(instance)
        return self.make(field_annotations(cls)[self.field_name], cls)

    def target(self, annotation: Any, owner: type[Any]) -> Any:
        """The class, perhaps parametrised, that the resolved annotation of the field names; None for None.

        Raises:
            DefinitionError: There is no such class, or it is abstract.
        """
        if isinstance(annotation, TypeVar):
            return self.target(type_variable_bound(annotation), owner)
        if typing.get_origin(annotation) in (typing.Union, types.UnionType):
            members = [arg for arg in typing.get_args(annotation) if arg is not types.NoneType]
            return self.target(members[0], owner)
        if annotation is types.NoneType:
            return None
        cls = origin_class(annotation)
        where = f"{tag_of(owner)}.{self.field_name}"
        if cls is None or not attrs.has(cls):
            raise DefinitionError(f"{where}: no type argument says of which class the default is, got {annotation!r}")
        if inspect.isabstract(cls):
            missing = ", ".join(f"{name}()" for name in sorted(cls.__abstractmethods__))
            raise DefinitionError(
                f"{where}: the default can't be of the abstract {cls.__name__}; override {missing} in it, or give "
                f"another type argument"
            )
        return annotation

    def make(self, annotation: Any, owner: type[Any]) -> Any:
        """A new instance, which hands type arguments on to the fields of a parametrised class."""
        target = self.target(annotation, owner)
        if target is None:
            return None
        cls = origin_class(target)
        assert cls is not None
        if not typing.get_args(target):
            return cls()
        annotations = field_annotations(target)
        given = {}
        for attribute in attrs.fields(cls):
            factory = getattr(attribute.default, "factory", None)
            if isinstance(factory, TypeArgumentDefault):
                given[attribute.alias] = factory.make(annotations[attribute.name], cls)
        return cls(**given)


def _names_class(annotation: Any) -> bool:
    """Whether the default that an annotation stands for is None or of a class with fields."""
    if isinstance(annotation, TypeVar):
        return _names_class(type_variable_bound(annotation))
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _names_class(next(arg for arg in typing.get_args(annotation) if arg is not types.NoneType))
    cls = origin_class(annotation)
    return annotation is types.NoneType or (cls is not None and attrs.has(cls))
