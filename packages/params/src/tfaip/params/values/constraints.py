"""The demands of `Annotated[int, Gt(0)]`: the rules of the package annotated-types, enforced on lines and in files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tfaip.params.values.base import Reading, ScalarType, SchemaHost, Writing
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["Constraint", "LimitedType", "constraints_of"]


class Constraint:
    """One rule.

    Args:
        rule: It in words, `> 0`.
        holds: Whether a value obeys it.
        schema: Its part of the JSON Schema.
        verb: The words of the rule, after "must".
    """

    __slots__ = ("holds", "rule", "schema", "verb")

    def __init__(self, rule: str, holds: Callable[[Any], Any], schema: dict[str, Any], verb: str = "be") -> None:
        self.verb = verb
        self.rule = rule
        self.holds = holds
        self.schema = schema

    def __call__(self, value: Any) -> None:
        """Raise `ValueProblem` for a value that breaks the rule."""
        try:
            obeys = bool(self.holds(value))
        except Exception as error:  # predicates are the user's own
            hint = f"{type(error).__name__}: {error}"
            raise ValueProblem(f"must {self.verb} {self.rule}, got {shown(value)}", (hint,)) from None
        if not obeys:
            raise ValueProblem(f"must {self.verb} {self.rule}, got {shown(value)}")


def constraints_of(metadata: Iterable[Any]) -> list[Constraint]:
    """The rules among the metadata of an annotation; all else is for others."""
    # Not imported where nobody has: then no metadata is of its classes.
    rules = sys.modules.get("annotated_types")
    return [found for item in metadata for found in _constraints(item, rules)] if rules is not None else []


def _constraints(item: Any, rules: Any) -> list[Constraint]:
    if isinstance(item, rules.GroupedMetadata):
        return [found for part in item for found in _constraints(part, rules)]
    made = [(kind, getattr(rules, kind, None)) for kind in _RULES]
    for name, cls in made:
        if cls is not None and isinstance(item, cls):
            return [_RULES[name](item)]
    return []


def _of_timezone(item: Any) -> Constraint:
    zone = item.tz
    if zone is None:
        return Constraint("without a time zone", lambda value: value.tzinfo is None, {})
    if zone is Ellipsis:
        return Constraint("with a time zone", lambda value: value.tzinfo is not None, {})
    return Constraint(f"in the time zone {zone}", lambda value: str(value.tzinfo) == str(zone), {})


def _bound(schema_key: str, bound: Any) -> dict[str, Any]:
    return {schema_key: bound} if type(bound) in (int, float) and abs(bound) != float("inf") else {}


def _of_predicate(item: Any) -> Constraint:
    func = item.func
    negated = type(func).__name__ == "Not" and hasattr(func, "func")
    name = getattr(func.func if negated else func, "__qualname__", repr(func)).rpartition(".")[2]
    name = "the rule of its field" if name == "<lambda>" else name
    return Constraint(name, func, {}, "not satisfy" if negated else "satisfy")


_RULES: dict[str, Callable[[Any], Constraint]] = {
    "Gt": lambda item: Constraint(f"> {item.gt}", lambda value: value > item.gt, _bound("exclusiveMinimum", item.gt)),
    "Ge": lambda item: Constraint(f">= {item.ge}", lambda value: value >= item.ge, _bound("minimum", item.ge)),
    "Lt": lambda item: Constraint(f"< {item.lt}", lambda value: value < item.lt, _bound("exclusiveMaximum", item.lt)),
    "Le": lambda item: Constraint(f"<= {item.le}", lambda value: value <= item.le, _bound("maximum", item.le)),
    "MultipleOf": lambda item: Constraint(
        f"a multiple of {item.multiple_of}",
        lambda value: value % item.multiple_of == 0,
        _bound("multipleOf", item.multiple_of),
    ),
    "MinLen": lambda item: Constraint(
        f"at least {item.min_length} long", lambda value: len(value) >= item.min_length, {"minLength": item.min_length}
    ),
    "MaxLen": lambda item: Constraint(
        f"at most {item.max_length} long", lambda value: len(value) <= item.max_length, {"maxLength": item.max_length}
    ),
    "Timezone": _of_timezone,
    "Predicate": _of_predicate,
}


class LimitedType(ScalarType):
    """A single value that obeys rules."""

    __slots__ = ("constraints", "inner", "label")

    def __init__(self, inner: ScalarType, constraints: Sequence[Constraint]) -> None:
        self.inner = inner
        self.constraints = tuple(constraints)
        self.label = " ".join([inner.label, ", ".join(constraint.rule for constraint in constraints)])

    @property
    def arity(self) -> int | None:
        """As without rules."""
        return self.inner.arity

    def _obeying(self, value: Any) -> Any:
        for constraint in self.constraints:
            constraint(value)
        return value

    def take(self, words: Sequence[str]) -> int:
        """As without rules."""
        return self.inner.take(words)

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The value, if it obeys."""
        return self._obeying(self.inner.parse(words, reading))

    def parse_word(self, word: str, reading: Reading) -> Any:
        """The value, if it obeys."""
        return self._obeying(self.inner.parse_word(word, reading))

    def read(self, word: str) -> Any:
        """The value, if it obeys."""
        return self._obeying(self.inner.read(word))

    def write(self, value: Any) -> str:
        """As without rules."""
        return self.inner.write(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """The value, if it obeys."""
        return self._obeying(self.inner.load(data, reading))

    def dump(self, value: Any, writing: Writing) -> Any:
        """As without rules."""
        return self.inner.dump(value, writing)

    def check(self, value: Any) -> None:
        """Check type and rules."""
        self.inner.check(value)
        self._obeying(value)

    def words(self) -> tuple[str, ...]:
        """As without rules."""
        return self.inner.words()

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """With what the rules add."""
        schema = self.inner.json_schema(schemas)
        added = {key: value for constraint in self.constraints for key, value in constraint.schema.items()}
        return {**schema, **added}
