"""`@params`: attrs' `define` for typed parameters, plus a tag under which the class is registered."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, dataclass_transform, get_args, overload

import attrs

from tfaip.params.defining.attribute_docs import remember_cell
from tfaip.params.defining.attributes import is_frozen, leave_caches_out, refuse_unknown_attributes
from tfaip.params.defining.checking import check_own_fields
from tfaip.params.defining.conversion import skipping_converted
from tfaip.params.defining.defaults import TypeArgumentDefault
from tfaip.params.defining.fields import TYPE_ARGUMENT, field
from tfaip.params.defining.former_names import accept_former_names
from tfaip.params.defining.generics import annotated_fields
from tfaip.params.defining.guarded import guarded
from tfaip.params.errors import DefinitionError
from tfaip.params.registry import is_params_class, register, tag_of

__all__ = ["params"]

C = TypeVar("C", bound=type[Any])


@overload
def params(cls: C) -> C: ...
@overload
def params(
    *, name: str | None = None, former_tags: Sequence[str] = (), group: str | None = None, frozen: bool = False
) -> Callable[[C], C]: ...
@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def params(
    cls: Any = None,
    *,
    name: str | None = None,
    former_tags: Sequence[str] = (),
    group: str | None = None,
    frozen: bool = False,
) -> Any:
    """Make a class of annotated fields a params class: keyword-only, comparable, picklable, without stray attributes.

    Every annotated name becomes a field, with a default or `field(...)` as its value; methods are left alone.
    Fields that are declared with a type variable default to an instance of the class that fills it in. They are
    required where a value fills it in, as in `Box[int]`.

    Args:
        cls: The class, where the decorator is used without parentheses.
        name: A short name by which people select the class on the command line.
        former_tags: Tags (`module:Class`) of earlier versions, under which older files know the class.
        group: Entry-point group, such as `"mylab.losses"`, by which installed distributions add classes to those that
            can be selected where a field is declared with this class.
        frozen: Whether instances can't be changed: `replace` makes others, and their hash is that of their values.
            Subclasses of a frozen class are frozen.

    Raises:
        DefinitionError: A field has no annotation or a default that instances would share, a base class declares fields
            that would be lost, `__post_init__` would never be called, or a former tag is taken.
    """

    def decorate(decorated: C) -> C:
        _check_class(decorated)
        try:
            made = _defined(decorated, frozen)
        except DefinitionError:
            raise
        except (attrs.exceptions.UnannotatedAttributeError, TypeError, ValueError) as error:
            raise DefinitionError(f"{tag_of(decorated)}: {error}") from error
        leave_caches_out(made)
        remember_cell(made)
        check_own_fields(made)
        accept_former_names(made)
        register(made, name, former_tags, group)
        return made

    return decorate if cls is None else decorate(cls)


def _defined(cls: C, frozen: bool) -> C:
    # Slots would forbid several bases, and make another class of the one that closures and reloads hold.
    options: dict[str, Any] = {
        "kw_only": True,
        "slots": False,
        "auto_attribs": True,
        "field_transformer": _check_fields,
    }
    if frozen or any(is_frozen(base) for base in cls.__mro__[1:]):
        return attrs.frozen(cls, **options)
    own_setattr = "__setattr__" in vars(cls)
    # With a hook of its own the constructor sets fields past `__setattr__`.
    hook = None if own_setattr else attrs.setters.pipe(attrs.setters.convert, attrs.setters.validate)
    made = attrs.define(cls, on_setattr=hook, **options)
    if not own_setattr:
        refuse_unknown_attributes(made)
    return made


def _check_class(cls: type[Any]) -> None:
    """Refuse what would have no effect, and nothing would say so."""
    with_fields = [base for base in cls.__mro__ if base is cls or "__attrs_attrs__" in vars(base)]
    fields = {name for base in with_fields for name in inspect.get_annotations(base)}
    for base in cls.__mro__[1:-1]:
        if lost := [name for name in _looks_like_fields(base) if name not in fields]:
            raise DefinitionError(
                f"{tag_of(cls)}: {base.__name__} isn't decorated with @params, so {', '.join(lost)} would be no field; "
                f"decorate it, or annotate with ClassVar"
            )
    if hasattr(cls, "__post_init__"):
        raise DefinitionError(f"{tag_of(cls)}: __post_init__ is never called, name it post_init or __attrs_post_init__")


def _looks_like_fields(cls: type[Any]) -> list[str]:
    """The names that a class without a decorator annotates: those with a value, or all where its bases have fields."""
    if getattr(cls, "_is_protocol", False):
        return []
    declares = hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__dataclass_fields__")
    return [name for name in annotated_fields(cls) if declares or name in vars(cls)]


def _check_fields(cls: type[Any], attributes: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Called by attrs with all fields; those that a base class declares have been checked there."""
    own = set(annotated_fields(cls))
    for attribute in attributes:
        if attribute.name in vars(cls) and attribute.name not in own:
            raise DefinitionError(
                f"{tag_of(cls)}.{attribute.name}: the field of a base class is set without an annotation, which has no "
                f"effect; write `{attribute.name}: {_spelled(attribute.type)} = ...`"
            )
    checked = [_check_field(cls, attribute) if attribute.name in own else attribute for attribute in attributes]
    # attrs strips the underscore of a private name, type checkers don't.
    checked = [
        a.evolve(alias=a.name) if a.name in own and a.alias in (None, a.name.lstrip("_")) else a for a in checked
    ]
    checked = [a.evolve(validator=guarded(a.validator)) if a.validator is not None else a for a in checked]
    return [a.evolve(converter=skipping_converted(a.converter)) if a.converter is not None else a for a in checked]


def _check_field(cls: type[Any], attribute: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    default = attribute.default
    if (kind := type(default)).__module__ == "dataclasses" and kind.__name__ == "Field":
        raise DefinitionError(
            f"{tag_of(cls)}.{attribute.name}: field(...) is that of dataclasses; write that of tfaip.params, "
            f"with factory= in place of default_factory="
        )
    if default is TYPE_ARGUMENT or (default is attrs.NOTHING and _depends_on_type_argument(cls, attribute.type)):
        factory = TypeArgumentDefault(attribute.name, is_explicit=default is TYPE_ARGUMENT)
        return attribute.evolve(default=attrs.Factory(factory, takes_self=True))
    if (is_params_class(type(default)) and not is_frozen(type(default))) or not _is_hashable(default):
        raise DefinitionError(
            f"{tag_of(cls)}.{attribute.name}: instances would share this {type(default).__name__}, "
            f"write field(factory=...) instead"
        )
    return attribute


def _is_hashable(value: Any) -> bool:
    """As `dataclass` tells values that can be changed, which instances must not share."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _spelled(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _depends_on_type_argument(cls: type[Any], annotation: Any) -> bool:
    """Whether a field without a default is declared with a type variable, or a class that is given type arguments."""
    while isinstance(annotation, str):
        # With `from __future__ import annotations`; a forward reference that can't be evaluated yet isn't a variable.
        variables = {variable.__name__: variable for variable in getattr(cls, "__type_params__", ())}
        try:
            annotation = eval(annotation, vars(sys.modules[cls.__module__]), variables)
        except Exception:
            return False
    if isinstance(annotation, TypeVar):
        return True
    return attrs.has(getattr(annotation, "__origin__", int)) or any(
        isinstance(a, TypeVar) for a in get_args(annotation)
    )
