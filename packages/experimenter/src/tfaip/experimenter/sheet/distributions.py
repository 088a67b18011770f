"""Distributions in cells of a search, in place of values: `log(1e-5, 1e-2)`, `int(16, 256, step=16)`, `{a | b}`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tfaip.experimenter.sheet.columns import NONE, NULL
from tfaip.experimenter.sheet.shown import shown

__all__ = ["FORMS", "Distribution", "read_distribution"]

FORMS = "log(1e-5, 1e-2), float(0, 0.5), int(16, 256, step=16), {relu | gelu}"
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# Digits of a sampled number: nobody wants to read more, and no training depends on them.
DIGITS = 6
# A range that is narrower than this part of its numbers needs all digits.
NARROW = 1e-3


@dataclass(frozen=True)
class Distribution:
    """The values that a parameter may have.

    Args:
        kind: `float`, `int` or `choice`.
        low: Smallest number, included.
        high: Largest number, included.
        step: Distance between the numbers; `None` for any number in between.
        log: Whether numbers are sampled by their logarithm.
        choices: The texts to choose from.
    """

    kind: str
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "choice":
            return f"{{{' | '.join(self.choices)}}}"
        name = "log" if self.log and self.kind == "float" else self.kind
        words = [shown(self.low), shown(self.high)]
        words += [f"step={shown(self.step)}"] if self.step is not None else []
        words += ["log"] if self.log and self.kind == "int" else []
        return f"{name}({', '.join(words)})"

    def text(self, value: float | str) -> str:
        """Return a sampled value as the text of a cell."""
        if isinstance(value, str):
            return value
        if self.kind == "int":
            return str(int(value))
        narrow = self.high - self.low < NARROW * max(abs(self.low), abs(self.high))
        short = value if narrow else float(f"{value:.{DIGITS}g}")
        return repr(min(max(short, self.low), self.high)) if narrow else shown(min(max(short, self.low), self.high))

    def value(self, text: str) -> float | int | str:
        """Return the value of a text that `text` has made."""
        if self.kind == "choice":
            return text
        return int(text) if self.kind == "int" else float(text)


def read_distribution(text: str) -> Distribution | None:
    """Return the distribution of a cell, `None` for a cell with a value.

    Raises:
        ValueError: The cell looks like a distribution and is none.
    """
    if match := re.fullmatch(r"(log|float|int)\s*\((.*)\)", text, flags=re.DOTALL):
        return _numbers(match[1], match[2], text)
    if text.startswith("{") and text.endswith("}"):
        choices = tuple(NONE if choice.strip() == NULL else choice.strip() for choice in text[1:-1].split("|"))
        if len(set(choices)) < len(choices):
            raise ValueError(f"a choice stands twice in {text}")
        return Distribution("choice", choices=choices)
    return None


def _numbers(name: str, inside: str, text: str) -> Distribution:
    words = [word.strip() for word in inside.split(",")]
    step, log = None, name == "log"
    for word in words[2:]:
        if name == "int" and word == "log" and not log:
            log = True
        elif step is None and name != "log" and (match := re.fullmatch(rf"step\s*=\s*({NUMBER})", word)):
            step = float(match[1])
        else:
            raise ValueError(f'expects one distribution, such as {FORMS}; got "{word}" in {text}')
    if len(words) < 2 or not all(re.fullmatch(NUMBER, word) for word in words[:2]):
        raise ValueError(f"expects the smallest and the largest number, such as {FORMS}; got {text}")
    low, high = map(float, words[:2])
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"the numbers must be finite, got {text}")
    if low > high:
        raise ValueError(f"the smallest number stands first, got {text}")
    if log and low <= 0:
        raise ValueError(f"a logarithm needs numbers above 0, got {text}")
    if step is not None and (step <= 0 or log):
        raise ValueError(f"the step must be above 0, and goes without log, got {text}")
    if name == "int" and not all(number.is_integer() for number in (low, high, step or 1.0)):
        raise ValueError(f"int takes whole numbers, got {text}")
    if step is not None:
        # The largest number that the steps reach.
        high = low + math.floor((high - low) / step + 1e-9) * step
    return Distribution("int" if name == "int" else "float", low, high, step, log)
