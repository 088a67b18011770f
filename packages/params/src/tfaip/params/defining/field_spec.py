"""One field of a params class: its type, its names, and the source of its default."""

from __future__ import annotations

import inspect
import typing
from typing import Any

import attrs

from tfaip.params.defining.attribute_docs import attribute_doc
from tfaip.params.defining.defaults import TypeArgumentDefault
from tfaip.params.defining.fields import FieldOptions
from tfaip.params.defining.generics import origin_class
from tfaip.params.errors import DefinitionError
from tfaip.params.registry import tag_of
from tfaip.params.values.alternatives import ChoiceType, OptionalType
from tfaip.params.values.annotations import UnsupportedAnnotation, has_fields, kind_of, strip_annotation
from tfaip.params.values.anything import OpaqueType
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.collections import SequenceType, TupleType
from tfaip.params.values.mappings import MappingType
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.records import NamedTupleType
from tfaip.params.values.scalars import IntType
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType, ParamsValue

__all__ = ["FieldSpec"]


class UnsupportedFieldError(DefinitionError):
    """The type of a field says nothing that can come from the command line."""


class FieldSpec:
    """One field, with its annotation resolved.

    Args:
        owner: The class whose fields are being listed.
        name: The name of the attribute.
        alias: The name of the argument of `__init__`.
        annotation: The type, type variables filled in.
        options: The options given to `field(...)`.
        default: The default value, `attrs.NOTHING`, or an `attrs.Factory`.
        converter: Of attrs, if the field has one.
    """

    __slots__ = (
        "_kind",
        "_stored",
        "alias",
        "annotation",
        "converter",
        "declared",
        "default",
        "name",
        "options",
        "owner",
    )

    def __init__(
        self,
        owner: type[Any],
        name: str,
        alias: str,
        annotation: Any,
        options: FieldOptions,
        default: Any,
        converter: Any = None,
    ) -> None:
        self.converter = converter
        self.owner = owner
        self.name = name
        self.alias = alias
        self.declared = annotation
        self.annotation = _undecorated(annotation)
        self.options = options
        self.default = default
        self._kind: ValueType | ParamsValue | None = None
        self._stored: ValueType | ParamsValue | None = None

    @property
    def help(self) -> str:
        """The text of the field in help: `field(help=...)`, else the text below the field in its class."""
        return self.options.help or attribute_doc(self.owner, self.name)

    @property
    def kind(self) -> ValueType | ParamsValue:
        """The kind of value that the field holds.

        Raises:
            DefinitionError: The type can't come from the command line, or doesn't go with an option of the field.
        """
        if self._kind is None:
            self._kind = self._find_kind()
        return self._kind

    @property
    def stored_kind(self) -> ValueType | ParamsValue:
        """The kind of value in files, which know more types than the command line."""
        if self._stored is None:
            try:
                self._stored = self.kind
            except UnsupportedFieldError:
                self._stored = self._opaque()
        return self._stored

    def _opaque(self) -> ValueType | ParamsValue:
        """The kind of a field that the command line doesn't know."""
        try:
            kind = kind_of(self.declared, opaque=True)
        except UnsupportedAnnotation:
            return OpaqueType()
        # The command line has no argument for it, so it holds params as a value.
        return OpaqueType() if isinstance(kind, ParamsList | ParamsDict) else kind

    def _find_kind(self) -> ValueType | ParamsValue:
        if self.options.mode == "hidden" and self.options.decoder is not None:
            return OpaqueType()
        try:
            kind = kind_of(self.declared)
        except UnsupportedAnnotation as error:
            if self.options.mode == "hidden":
                return self._opaque()
            problem = f"{error}; change the type, or hide the field with field(mode='hidden')"
            raise UnsupportedFieldError(str(self.error(problem))) from None
        if isinstance(kind, ParamsType | ParamsList | ParamsDict):
            self._check_params_options(kind)
            return kind
        return self._with_options(kind)

    def _check_params_options(self, kind: ParamsValue) -> None:
        options = self.options
        if options.positional or options.counter:
            raise self.error("positional and counter go with values, not with params")
        bases = kind.bases if isinstance(kind, ParamsType) else kind.item.bases
        for choice in options.choices or ():
            if not (isinstance(choice, type) and issubclass(choice, bases)):
                names = " or ".join(base.__name__ for base in bases)
                raise self.error(f"choices must be subclasses of {names}, got {choice!r}")
        if options.tuple_like and not isinstance(kind, ParamsType):
            raise self.error("tuple_like goes with one params class, not with a list or dict of them")

    def _with_options(self, kind: ValueType) -> ValueType:
        options = self.options
        if options.tuple_like or options.fixed_class:
            raise self.error("tuple_like and fixed_class go with fields that hold params")
        inner = kind.inner if isinstance(kind, OptionalType) else kind
        if options.counter and not isinstance(inner, IntType):
            raise self.error(f"counter goes with int, not with {kind.label}")
        if options.nargs is not None:
            if not isinstance(inner, SequenceType | MappingType):
                raise self.error(f"nargs goes with a list, set or dict, not with {kind.label}")
            inner = inner.not_empty() if options.nargs == "+" else inner
        if options.choices is not None:
            inner = self._with_choices(inner)
        return OptionalType(inner) if isinstance(kind, OptionalType) else inner

    def _with_choices(self, kind: ValueType) -> ValueType:
        """The kind with each scalar in it (the values, in a dict) restricted to the choices."""
        choices = self.options.choices or ()
        if any(isinstance(choice, type) for choice in choices):
            raise self.error("choices are classes, but the field doesn't hold params")
        enforced = self.options.enforce_choices is not False
        if isinstance(kind, ScalarType):
            self._check_choices(kind)
            if isinstance(kind, OptionalType) and not isinstance(kind.inner, ScalarType):
                return OptionalType(self._with_choices(kind.inner))
            return ChoiceType(kind, choices, enforced)
        if isinstance(kind, SequenceType | MappingType) and isinstance(kind.item, ValueType):
            return kind.holding(self._with_choices(kind.item))
        if isinstance(kind, TupleType) and not isinstance(kind, NamedTupleType):
            items = [item for item in kind.items if isinstance(item, ValueType)]
            if len(items) == len(kind.items):
                return kind.holding([self._with_choices(item) for item in items])
        raise self.error(f"choices go with single values and with collections of them, not with {kind.label}")

    def _check_choices(self, kind: ScalarType) -> None:
        for choice in self.options.choices or ():
            if choice is not None and not isinstance(kind, OptionalType) and not kind.holds(choice):
                raise self.error(f"the choice {choice!r} can't be met, the field holds {kind.label}")

    def check(self) -> None:
        """Refuse a type that no field can have, choices that can't be met, and a default of another type.

        Raises:
            DefinitionError: With class and field.
        """
        default = self.default
        kind = self.kind
        choices = self.options.choices
        if isinstance(kind, ParamsType) and choices and self.options.enforce_choices:
            made = getattr(default, "factory", type(default))
            if isinstance(made, type) and has_fields(made) and made not in choices:
                names = ", ".join(choice.__name__ for choice in choices)
                raise self.error(f"the default is a {made.__name__}, which isn't among the choices {names}")
        is_made = default is attrs.NOTHING or isinstance(default, attrs.Factory)  # type: ignore[arg-type]  # a class
        if not is_made:
            try:
                self.check_value(default)
            except ValueProblem as problem:
                hint = "; write `... | None` where None is allowed" if default is None else ""
                raise self.error(f"the default: {problem.problem}{hint}") from None

    def check_value(self, value: Any) -> None:
        """Raise `ValueProblem` for a default of another type.

        A converter may take any type, a hidden field may hold what only code knows, and None marks a required field.
        """
        options = self.options
        is_free = self.converter is not None or options.mode == "hidden" or options.encoder or options.decoder
        if not is_free and not (value is None and options.required):
            self.kind.check(value)

    def error(self, problem: str) -> DefinitionError:
        """The error of a definition, naming class and field."""
        return DefinitionError(f"{tag_of(self.owner)}.{self.name}: {problem}")

    @property
    def has_default(self) -> bool:
        """Whether the field may be left out; not where its default would be of an abstract class."""
        factory = getattr(self.default, "factory", None)
        if isinstance(factory, TypeArgumentDefault):
            return factory.exists(self.annotation) and not inspect.isabstract(
                origin_class(strip_annotation(self.annotation))
            )
        return self.default is not attrs.NOTHING

    def default_class(self) -> Any:
        """The class (perhaps parametrised) whose fresh instance is the default, if that is how the default is made."""
        factory = getattr(self.default, "factory", None)
        if isinstance(factory, TypeArgumentDefault):
            return factory.target(self.annotation, self.owner)
        if not has_fields(factory):
            return None
        kind = self.kind
        declared = kind.annotations if isinstance(kind, ParamsType) else ()
        return next((annotation for annotation in declared if origin_class(annotation) is factory), factory)

    def needs_instance(self) -> bool:
        """Whether only a half-made instance can tell the default (`@x.default` of attrs)."""
        factory = self.default if isinstance(self.default, attrs.Factory) else None  # type: ignore[arg-type]  # a class at run time
        return factory is not None and factory.takes_self and not isinstance(factory.factory, TypeArgumentDefault)

    def values_of_code(self) -> list[Any]:
        """The choices and the default, which the code of the field names."""
        known = list(self.options.choices or ())
        return [*known, self.default_value()] if self.has_default and not self.needs_instance() else known

    def default_value(self) -> Any:
        """A fresh default, which exists and needs no instance."""
        factory = getattr(self.default, "factory", None)
        if factory is None or not isinstance(self.default, attrs.Factory):  # type: ignore[arg-type]  # a class at run time
            return self.default
        if isinstance(factory, TypeArgumentDefault):
            return factory.make(self.annotation, self.owner)
        return factory()


def _undecorated(annotation: Any) -> Any:
    """The annotation without `Annotated` and `Final`."""
    while typing.get_origin(annotation) in (typing.Annotated, typing.Final):
        annotation = typing.get_args(annotation)[0]
    return annotation
