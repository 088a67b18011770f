"""`field`: a default and the options of the command line for one field of a params class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict, TypeVar, Unpack, get_args

import attrs

from tfaip.params.errors import DefinitionError

__all__ = ["PLAIN", "TYPE_ARGUMENT", "FieldOptions", "Mode", "field", "options_of"]

T = TypeVar("T")

Mode = Literal["path", "without_parent", "root", "hidden", "snake", "ssnake", "flat", "ignore"]

_OLDER_WORDS: dict[str, Mode] = {"snake": "path", "ssnake": "without_parent", "flat": "root", "ignore": "hidden"}

_METADATA_KEY = "tfaip.params"
_NOTHING: Any = attrs.NOTHING


class _TypeArgument:
    """The type of `TYPE_ARGUMENT`."""

    def __repr__(self) -> str:
        return "TYPE_ARGUMENT"


TYPE_ARGUMENT: Any = _TypeArgument()
"""As `default=`: an instance of the class that the type argument names. Type checkers see that there is a default."""


class FieldKeywords(TypedDict, total=False):
    """The keyword arguments of `field` beside `default` and `factory`."""

    help: str
    basic: bool | None
    choices: Sequence[Any] | None
    enforce_choices: bool | None
    required: bool
    mode: Mode
    aliases: Sequence[str]
    tuple_like: bool
    fixed_class: bool
    nargs: Literal["*", "+"] | None
    positional: bool
    counter: bool
    converter: Callable[[Any], Any] | None
    validator: Callable[[Any, Any, Any], Any] | Sequence[Callable[[Any, Any, Any], Any]] | None
    former_names: Sequence[str]
    former_values: Mapping[Any, Any]
    encoder: Callable[[Any], Any] | None
    decoder: Callable[[Any], Any] | None
    metadata: Mapping[Any, Any] | None


class FieldOptions:
    """The options of `field` beyond default, converter and validator, which attrs keeps itself."""

    __slots__ = (
        "aliases",
        "basic",
        "choices",
        "counter",
        "decoder",
        "encoder",
        "enforce_choices",
        "fixed_class",
        "former_names",
        "former_values",
        "help",
        "mode",
        "nargs",
        "positional",
        "required",
        "tuple_like",
    )

    def __init__(
        self,
        *,
        help: str = "",  # noqa: A002 - the word that argparse, click and tyro use
        basic: bool | None = None,
        choices: Sequence[Any] | None = None,
        enforce_choices: bool | None = None,
        required: bool = False,
        mode: Mode = "path",
        aliases: Sequence[str] = (),
        tuple_like: bool = False,
        fixed_class: bool = False,
        nargs: Literal["*", "+"] | None = None,
        positional: bool = False,
        counter: bool = False,
        former_names: Sequence[str] = (),
        former_values: Mapping[Any, Any] | None = None,
        encoder: Callable[[Any], Any] | None = None,
        decoder: Callable[[Any], Any] | None = None,
    ) -> None:
        self.help = help
        self.basic = basic
        self.choices = None if choices is None else tuple(choices)
        self.enforce_choices = enforce_choices
        self.required = required
        self.mode: Mode = _OLDER_WORDS.get(mode, mode)
        self.aliases = tuple(aliases)
        self.tuple_like = tuple_like
        self.fixed_class = fixed_class
        self.nargs = nargs
        self.positional = positional
        self.counter = counter
        self.former_names = tuple(former_names)
        self.former_values = tuple((former_values or {}).items())
        self.encoder = encoder
        self.decoder = decoder

    def value_of_today(self, data: Any) -> Any:
        """Return the value that plain data of a file stands for."""
        for former, now in self.former_values:
            if type(data) is type(former) and data == former:  # True is 1, but no number
                return now
        return data

    def problem(self) -> str | None:
        """The mistakes in these options that hold for any type of the field."""
        if self.mode not in get_args(Mode):
            words = [word for word in get_args(Mode) if word not in _OLDER_WORDS]
            return f"mode must be one of {', '.join(words)}, got {self.mode!r}"
        if self.basic not in (None, True, False):
            return f"basic must be True, False or None, got {self.basic!r}"
        if self.nargs not in (None, "*", "+"):
            return f"nargs must be '*', '+' or None, got {self.nargs!r}"
        for option in ("aliases", "former_names"):
            for name in getattr(self, option):
                if not isinstance(name, str) or not _is_name(name, dashes=option == "aliases"):
                    return f"{option} must be names, got {name!r}"
        return self._problem_of_choices()

    def _problem_of_choices(self) -> str | None:
        if self.choices is None:
            return None
        if not self.choices:
            return "choices must not be empty"
        for index, choice in enumerate(self.choices):
            if any(choice == other and type(choice) is type(other) for other in self.choices[:index]):
                return f"choices must differ from each other, got {choice!r} twice"
        if len({isinstance(choice, type) for choice in self.choices}) > 1:
            return "choices must be either all classes or all values, got a mixture"
        return None


def _is_name(name: str, *, dashes: bool) -> bool:
    """Whether a further name of a field can be one; after two dashes it may be a path."""
    bare = name.removeprefix("-").removeprefix("-") if dashes else name
    parts = bare.split(".") if dashes and name.startswith("--") else [bare]
    return not bare.startswith("-") and all(part.replace("-", "_").isidentifier() for part in parts)


PLAIN = FieldOptions()
"""The options of a field that is declared without `field(...)`."""


# No overloads: mypy infers the arguments of overloaded functions without their context, and then refuses
# `choices=[A, B]` of classes whose common base is abstract. Without default and factory, T is the annotation.
def field(
    *,
    default: T = _NOTHING,
    factory: Callable[[], T] | None = None,
    **keywords: Unpack[FieldKeywords],
) -> T:
    """Declare a field of a params class, with the options of its command-line argument.

    Args:
        default: The default value. `TYPE_ARGUMENT` stands for an instance of the class that a type argument names.
        factory: Makes the default value, for whatever must not be shared between instances.
        help: One line for `--help`, editors and the reference documentation; else a text below the field serves.
        basic: Whether `--help` shows the field without `all`. A class that marks none of its own fields shows all of
            them. False for a field that holds params leaves out all fields below.
        choices: Allowed values, or the classes offered for a field that holds params.
        enforce_choices: Refuse everything else; by default True for values and False for classes.
        required: Must be set on the command line, or by a config file or a default instance.
        mode: How the argument is named: `path` by the path to it; `root` as a root of its own, its descendants below;
            `without_parent` by the path without its immediate parent; `hidden` not at all (it is still stored in
            files). The full path always works too, except for `hidden`. The older words `snake`, `flat`, `ssnake` and
            `ignore` mean the same.
        aliases: Further names of the field on the command line, each for the last part of the path. With dashes a name
            is taken as written and needs no path: `-l`, `--learning-rate`, `--train.lr`; not in elements of lists and
            dicts.
        tuple_like: `--size 4 5` sets the fields of the nested params in their order.
        fixed_class: The class of the nested params can't be selected.
        positional: The words that follow no argument are its value, after those of positional fields declared before.
            It has its name on the line too.
        counter: `-v` counts one, `-vvv` three, for an int with the alias `-v`; `--verbose 3` sets the number.
        nargs: `"+"` if a list, set or dict must not be empty on the command line.
        converter: Applied by attrs to each assigned value.
        validator: Called by attrs with instance, attribute and value; raises `ValueError` where the value is wrong.
        former_names: Earlier names of the field, with which older files still load.
        former_values: Values of older files and their values of today, both as files write them: `{-1: None}`.
        encoder: Turns the value into plain data for files, in place of the conversion of its type.
        decoder: The inverse of `encoder`.
        metadata: Passed on to attrs.
        **keywords: All of the above but `default` and `factory`.

    Raises:
        DefinitionError: Default and factory are both given, or an option can't be.
    """
    made: Any = default
    if factory is not None:
        if default is not _NOTHING:
            raise DefinitionError("field(...): give either default or factory, not both")
        made = attrs.Factory(factory)
    given: dict[str, Any] = dict(keywords)
    converter, validator, metadata = (given.pop(name, None) for name in ("converter", "validator", "metadata"))
    try:
        options = FieldOptions(**given)
    except TypeError as error:
        raise DefinitionError(f"field(...): {str(error).partition(' ')[2]}") from None
    if problem := options.problem():
        raise DefinitionError(f"field(...): {problem}")
    metadata = {**(metadata or {}), _METADATA_KEY: options}
    declared: Any = attrs.field(default=made, converter=converter, validator=validator, metadata=metadata)
    return declared


def options_of(metadata: Mapping[Any, Any]) -> FieldOptions:
    """The options that `field` left in the metadata of an attribute; `PLAIN` where it was declared without."""
    found = metadata.get(_METADATA_KEY, PLAIN)
    return found if isinstance(found, FieldOptions) else PLAIN
