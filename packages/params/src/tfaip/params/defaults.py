"""The default instance of a class whose fields are declared with type variables."""

from __future__ import annotations

import types
import typing
from typing import Any, TypeVar

import attrs

from .errors import DefinitionError
from .generics import field_annotations, origin_class, type_variable_bound

__all__ = ["TypeArgumentDefault", "class_for_annotation", "instantiate"]


class TypeArgumentDefault:
    """An attrs default factory: an instance of what the field's type variable stands for in the class at hand."""

    __slots__ = ("field_name",)

    def __init__(self, field_name: str) -> None:
        self.field_name = field_name

    def __call__(self, instance: Any) -> Any:
        """The default of the field for an instance that attrs is just making."""
        cls = type(instance)
        return instantiate(field_annotations(cls)[self.field_name], f"{cls.__qualname__}.{self.field_name}")


def class_for_annotation(annotation: Any, where: str) -> Any:
    """The class, or parametrised class, to instantiate for an annotation; None for `None`.

    Raises:
        DefinitionError: There is no such class, or it is abstract.
    """
    if isinstance(annotation, TypeVar):
        return class_for_annotation(type_variable_bound(annotation), where)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(arg for arg in typing.get_args(annotation) if arg is not types.NoneType)
        return class_for_annotation(annotation, where)
    if annotation is types.NoneType:
        return None
    cls = origin_class(annotation)
    if cls is None or not attrs.has(cls):
        raise DefinitionError(f"{where}: no type argument says which class the default is of, got {annotation!r}")
    if getattr(cls, "__abstractmethods__", ()):
        raise DefinitionError(
            f"{where}: the default would be of the abstract class {cls.__qualname__}, name a type argument"
        )
    return annotation


def instantiate(annotation: Any, where: str) -> Any:
    """An instance of the annotated class, handing type arguments on to the fields of a parametrised class.

    Raises:
        DefinitionError: There is no class to instantiate, or it is abstract.
    """
    annotation = class_for_annotation(annotation, where)
    if annotation is None:
        return None
    cls = origin_class(annotation)
    assert cls is not None
    if not typing.get_args(annotation):
        return cls()
    annotations = field_annotations(annotation)
    given = {
        attribute.alias: instantiate(annotations[attribute.name], f"{cls.__qualname__}.{attribute.name}")
        for attribute in attrs.fields(cls)
        if isinstance(getattr(attribute.default, "factory", None), TypeArgumentDefault)
    }
    return cls(**given)
