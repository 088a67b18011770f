"""`Creates`: the base of parameters that make an object, such as a layer, an optimizer or a voter."""

from __future__ import annotations

import inspect
import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tfaip.params.defining.made_by import named_by
from tfaip.params.errors import DefinitionError
from tfaip.params.registry import tag_of

__all__ = ["Creates"]

T_co = TypeVar("T_co", covariant=True)


class AbstractParamsError(DefinitionError, TypeError):
    """A base class of parameters was instantiated; a `TypeError`, as for any abstract class."""


def _how_to_bind(cls: type[Any]) -> str:
    """The two ways to say what parameters make, where a class can name them as its type argument."""
    base = cls._made_as
    if cls.__abstractmethods__ != {"cls"} or not base:
        return ""
    if names := [made.__qualname__ for made in named_by(cls)]:
        return f", and {' and '.join(names)} name it as their type argument; define cls() to choose one"
    return f"; write it, or derive its class from {base}[{cls.__name__}] in the same module"


if TYPE_CHECKING:

    class _Typed(Generic[T_co]):
        """The knowledge of type checkers about `Creates[T]`."""

else:

    class _Typed:
        """Nothing at run time: a base that is `Generic` can't follow `Generic` in `class X(Generic[T], DataParams)`."""

        __slots__ = ()

        def __class_getitem__(cls, arguments: Any) -> Any:
            if cls is _Typed:  # the base of `Creates`
                return cls
            if cls is Creates:
                return _CreatesOf(cls, arguments)
            if not issubclass(cls, Generic):
                raise TypeError(f"{cls} is not a generic class")
            return super().__class_getitem__(arguments)


class _CreatesOf(types.GenericAlias):
    """`Creates[X]`: a class that derives from it is generic only where `X` holds a type variable."""

    def __mro_entries__(self, bases: Iterable[Any]) -> tuple[Any, ...]:
        others = [typing.get_origin(base) or base for base in bases if base is not self]
        generic: Any = Generic
        brings_generic = any(isinstance(other, type) and issubclass(other, generic) for other in others)
        return (Creates,) if brings_generic or not self.__parameters__ else (Creates, generic)


class Creates(ABC, _Typed[T_co]):
    """Base of parameters that make an object of class `T`.

    The class of the object stands in `cls`, which imports it, so that parameters alone load nothing slow::

        @params(group="mylab.losses")
        class LossParams(Creates["Loss"]):
            weight: float = 1.0

        @params(name="Hinge")
        class HingeParams(LossParams):
            def cls(self) -> type[Hinge]:
                from mylab.losses.hinge import Hinge

                return Hinge

    Where the base of the objects calls `bind_params`, `cls` can be left out: the parameters make the class that names
    them as its type argument, in the same module.

    A class without `cls` is a base: it can be neither instantiated nor selected. Override `create` where the object's
    constructor takes its arguments in another order.
    """

    __slots__ = ()

    # Name of the base whose subclasses may name these parameters as their type argument, see `bind_params`.
    _made_as: ClassVar[str] = ""

    if not TYPE_CHECKING:  # type checkers look at the fields

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - said by the class
            if inspect.isabstract(cls):
                missing = " and ".join(f"{name}()" for name in sorted(cls.__abstractmethods__))
                raise AbstractParamsError(
                    f"Can't instantiate abstract class {cls.__name__} of {cls.__module__}: it doesn't define {missing}"
                    f"{_how_to_bind(cls)}"
                )
            return super().__new__(cls)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        given = vars(cls).get("cls")
        if isinstance(given, type):
            raise DefinitionError(
                f"{tag_of(cls)}: cls must be a method, got the class {given.__name__}; "
                f"write `def cls(self): return {given.__name__}`"
            )

    @abstractmethod
    def cls(self) -> type[T_co]:
        """Return the class of the object; import it in this method."""

    def create(self, *args: Any, **kwargs: Any) -> T_co:
        """Make the object: `cls()` is called with the parameters, then the arguments.

        Raises:
            DefinitionError: `cls` returns something else than a class.
        """
        made: Any = self.cls()
        if not callable(made):
            raise DefinitionError(f"{tag_of(type(self))}.cls() must return a class, got {made!r}")
        created: T_co = made(self, *args, **kwargs)
        return created
