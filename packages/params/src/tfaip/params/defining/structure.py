"""The fields of a params class, of a plain attrs class or of a dataclass, in one form for all that walk over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.fields import PLAIN, FieldOptions, options_of
from tfaip.params.defining.generics import annotated_fields, field_annotations, is_open, origin_class
from tfaip.params.errors import DefinitionError
from tfaip.params.registry import is_params_class, tag_of

__all__ = ["fields_of"]


_CACHE: dict[Any, dict[str, FieldSpec]] = {}


def fields_of(annotation: Any) -> dict[str, FieldSpec]:
    """The fields, by name, of a class or of a parametrised class (`Base[X]`), in the order of their declaration.

    Raises:
        DefinitionError: An annotation can't be resolved, or the class isn't decorated as the one that it derives from.
    """
    if annotation not in _CACHE:
        cls = origin_class(annotation)
        assert cls is not None
        _require_decorator(cls)
        annotations = field_annotations(annotation)
        fields = {
            name: FieldSpec(cls, name, alias, annotations.get(name, Any), options, default, converter)
            for name, alias, options, default, converter in _declared(cls)
        }
        if is_params_class(cls):
            # Again: when the class was defined, not every name in its types existed.
            for spec in fields.values():
                if not is_open(spec.annotation):
                    spec.check()
        _CACHE[annotation] = fields
    return _CACHE[annotation]


def _require_decorator(cls: type[Any]) -> None:
    if "__attrs_attrs__" in vars(cls) or "__dataclass_fields__" in vars(cls):
        return
    if any(map(is_params_class, cls.__mro__)):
        raise DefinitionError(f"{tag_of(cls)} derives from params but isn't decorated with @params itself")
    if lost := annotated_fields(cls):
        raise DefinitionError(f"{tag_of(cls)} isn't decorated as its base is, so {', '.join(lost)} would be no field")


def _declared(cls: Any) -> list[tuple[str, str, FieldOptions, Any, Any]]:
    if attrs.has(cls):
        return [(a.name, a.alias, options_of(a.metadata), a.default, a.converter) for a in attrs.fields(cls) if a.init]
    import dataclasses

    declared = []
    for item in dataclasses.fields(cls):
        if item.init:
            default = _dataclass_default(item.default, item.default_factory)
            declared.append((item.name, item.name, PLAIN, default, None))
    return declared


def _dataclass_default(default: Any, factory: Callable[[], Any] | Any) -> Any:
    import dataclasses

    if factory is not dataclasses.MISSING:
        return attrs.Factory(factory)
    return attrs.NOTHING if default is dataclasses.MISSING else default
