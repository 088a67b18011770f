"""How the framework meets the classes of users: it looks at them, makes objects of them, and calls their hooks.

It checks the result of a hook at the place where it calls the hook.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple, TypeVar
from weakref import WeakSet

from tfaip.params import Creates, UserError
from tfaip.params.defining.made_by import bind_params
from tfaip.pipeline.errors import DefinitionError, HookError
from tfaip.pipeline.hooks.code_of_class import reads_of_former_params, uses_name
from tfaip.pipeline.hooks.former import FORMER_HOOKS, HOOKS_BY_NAME, UNMISTAKABLE
from tfaip.pipeline.hooks.signatures import place_of, problem_of, wanted
from tfaip.pipeline.user_code import ENDS, caused_by, describe_sample, in_words

__all__ = [
    "Hooked",
    "call_user_code",
    "described",
    "hook",
    "hook_with",
    "hooks_of",
    "is_ours",
    "make",
    "overridden_hooks",
    "returned",
]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_MARK = "__by_name__"

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80

# Layers get their Keras base when the first object is made.
_LIBRARIES = ("keras", "tensorflow")

# Scenarios for tests and templates are written like those of users.
_OUR_MODULES = re.compile(r"tfaip\.(params|pipeline|model|predict|trainer|cli|experimenter)(\.(?!testing\b)|$)")


class _Hook(NamedTuple):
    """A hook as the base class defines it, and its parameters that the framework gives by name."""

    base: Any
    by_name: tuple[str, ...]


def is_ours(module: str) -> bool:
    """Whether a module is one of the framework's own, and no scenario."""
    return bool(_OUR_MODULES.match(module))


def hook(function: F) -> F:
    """Mark a method of a base class as a hook: overrides must take the same arguments, by position."""
    return hook_with()(function)


def hook_with(*by_name: str) -> Callable[[F], F]:
    """Mark a hook some of whose arguments are given by name."""

    def mark(function: F) -> F:
        setattr(function, _MARK, by_name)
        return function

    return mark


def hooks_of(cls: type) -> dict[str, _Hook]:
    """Return the hooks of a class by name, as the framework defines them."""
    found: dict[str, _Hook] = {}
    # The users' own attributes are not asked: some objects answer to any name, others raise errors of their own.
    for owner in [owner for owner in cls.__mro__ if is_ours(owner.__module__)]:
        for name, value in vars(owner).items():
            by_name = getattr(getattr(value, "__func__", value), _MARK, None)
            if by_name is not None:
                found.setdefault(name, _Hook(value, by_name))
    return found


def overridden_hooks(cls: type) -> list[str]:
    """Return the names of the hooks that a user's class overrides, in the order of the base class."""
    own = {name for owner in cls.__mro__ if not is_ours(owner.__module__) for name in vars(owner)}
    return [name for name in hooks_of(cls) if name in own]


def make(cls: type[T], *arguments: Any) -> T:
    """Make an object of a user's class with the arguments that the constructor of its base class takes.

    Args:
        cls: The class; a function that makes the object is called as it is.
        *arguments: For the constructor.

    Raises:
        HookError: The constructor takes others.
        DefinitionError: It is neither a class nor a function.
    """
    if not callable(cls):
        names = [f"{type(each).__name__}.cls()" for each in arguments if hasattr(each, "cls")]
        raise DefinitionError(f"{', '.join(names) or 'cls()'} must return a class, got {cls!r}")
    if not isinstance(cls, type):
        return cls(*arguments)
    owner = next((owner for owner in cls.__mro__ if "__init__" in vars(owner)), object)
    base = next((base for base in cls.__mro__ if "__init__" in vars(base) and is_ours(base.__module__)), None)
    if base is not None and not is_ours(owner.__module__):
        method, given = vars(owner)["__init__"], vars(base)["__init__"]
        if problem := problem_of(method, given, "__init__", ()):
            raise HookError(_message(cls.__qualname__, "__init__", method, given, problem))
    return cls(*arguments)


def call_user_code(function: Callable[..., T], *arguments: Any) -> T:
    """Call a hook outside of the pipeline's own loops, such as that of an evaluator or a callback.

    Raises:
        ProcessorError: It has raised `StopIteration` or `StopAsyncIteration`, at which some loop would end silently.
    """
    try:
        return function(*arguments)
    except ENDS as error:
        raise caused_by(error, f"{_call_in_words(function, arguments)}: {in_words(error)}") from error


class _FormerAttributeError(HookError, AttributeError):
    """The attribute of an object has another name now."""


class _FormerParams:
    """Answers `self._params`; an attribute of this name in the user's class is found before it."""

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is not None and hasattr(instance, "params"):
            raise _FormerAttributeError(f"{owner.__qualname__} reads self._params: the parameters are self.params")
        raise AttributeError(f"type object {owner.__qualname__!r} has no attribute '_params'")


class Hooked:
    """Base of classes with hooks.

    A subclass is refused when it is defined: where a hook is one of tfaip 1.2 that nothing calls any more, or where
    it does not take the arguments that it is called with. Methods that are no hooks are the user's own.
    """

    _params: Any = _FormerParams()

    # The base of the parameters that make such objects; none where the objects are no parameters' own.
    _made_by: type[Creates[Any]] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls._made_by is not None:
            bind_params(cls, cls._made_by)
        if not is_ours(cls.__module__):
            _refuse_former_hooks(cls)
            _refuse_former_signatures(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102
        if cls not in _made:
            _refuse_former_params(cls)
            _made.add(cls)
        new = super().__new__
        return new(cls) if new is object.__new__ else new(cls, *args, **kwargs)


_made: WeakSet[type] = WeakSet()


def _refuse_former_hooks(cls: type) -> None:
    for name, reason in _reasons(cls).items():
        owner = next((owner for owner in cls.__mro__ if name in vars(owner)), None)
        if owner is None or is_ours(owner.__module__):
            continue
        if name in HOOKS_BY_NAME and not issubclass(owner, Hooked):  # a mixin may serve the other class as well
            continue
        method = vars(owner)[name]
        if callable(getattr(cls, name, None)) and not uses_name(_users(cls), name, but=method):
            raise HookError(f"{cls.__qualname__}.{name}{place_of(method)} is a hook of {reason}")


def _reasons(cls: type) -> dict[str, str]:
    """Names that no subclass of a class may define, with the reason."""
    bases = [base for base in cls.__mro__ if is_ours(base.__module__)]
    found = {name: f"{owner}, which nothing calls here" for name, owner in HOOKS_BY_NAME.items()}
    for base in bases:
        for name in vars(base):
            found.pop(name, None)
    known = {base.__qualname__ for base in bases}
    for owner, hooks in FORMER_HOOKS.items():
        for name, successor in hooks.items():
            if owner in known or name in UNMISTAKABLE:
                found[name] = f"tfaip 1.2 that nothing calls any more: {successor}"
    return found


def _refuse_former_signatures(cls: type) -> None:
    for name, (base, by_name) in hooks_of(cls).items():
        owner = next(owner for owner in cls.__mro__ if name in vars(owner))
        if is_ours(owner.__module__):
            continue
        method = vars(owner)[name]
        if problem := problem_of(method, base, name, by_name):
            raise HookError(_message(cls.__qualname__, name, method, base, problem))


def _refuse_former_params(cls: type) -> None:
    if where := reads_of_former_params(_users(cls)):
        raise HookError(f"{cls.__qualname__} reads self._params ({where}): the parameters are self.params")


def _users(cls: type) -> list[type]:
    """The class, and those above it that are neither the framework's nor bases of these, nor Keras' layer."""
    ours = [owner for owner in cls.__mro__ if is_ours(owner.__module__)]
    others = [owner for owner in cls.__mro__ if owner.__module__.partition(".")[0] not in _LIBRARIES]
    return [owner for owner in others if not any(owner in base.__mro__ for base in ours)]


def _message(cls: str, name: str, method: Any, base: Any, problem: str) -> str:
    return f"{cls}.{name}{place_of(method)} must be written as `{wanted(base, name)}`: {problem}"


def _call_in_words(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", type(function).__name__)
    if isinstance(owner, ModuleType):  # a function of Python itself: `len`
        where = f"in {name}() of {', '.join(type(argument).__name__ for argument in arguments)}"
    else:
        where = f"in {name}" if owner is None else f"in {type(owner).__name__}.{name}"
    samples = [describe_sample(argument) for argument in arguments if hasattr(argument, "identified_by")]
    return ", ".join([where, *samples])


def returned(
    owner: object,
    name: str,
    value: T,
    fits: type | tuple[type, ...] | Callable[[Any], bool],
    right: str,
    error: type[UserError] = HookError,
) -> T:
    """Return the result of a hook, or refuse it in one sentence that names class and hook.

    Args:
        owner: The object or class whose hook was called.
        name: Name of the hook.
        value: The result.
        fits: Types of right results, or a function that tells them.
        right: The right result in words.
        error: Class of the error.
    """
    is_right = isinstance(value, fits) if isinstance(fits, type | tuple) else fits(value)
    if not is_right:
        cls = owner if isinstance(owner, type) else type(owner)
        raise error(f"{cls.__qualname__}.{name} must return {right}, got {described(value)}")
    return value


def described(value: object) -> str:
    """A wrong result in words: short, and never the content of an array or a tensor."""
    if value is None:
        return "None: is its `return` missing?"
    if isinstance(value, type):
        return f"the class {value.__qualname__}, of which no object was made"
    if isinstance(value, str | bytes | int | float | bool):
        return _SHORT.repr(value)
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return _SHORT.repr(value) if len(value) == 0 else f"a {type(value).__qualname__}: {_SHORT.repr(value)}"
    return f"an object of the class {type(value).__qualname__}"
