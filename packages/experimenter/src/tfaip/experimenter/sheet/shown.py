"""The text of a value as the user sees it in the sheet."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

__all__ = ["is_boolean_format", "shown"]

# Excel computes and shows no more; nobody means the digits that a formula leaves behind the 15th (0.1 + 0.2).
SIGNIFICANT_DIGITS = 15


def shown(value: Any, number_format: str = "General") -> str:
    """Return the text of a cell's value, `""` for an empty cell.

    Integers have no decimal point, however they are stored. Floats have the significant ones of their 15 digits and the
    shortest exponent (1e-5). Booleans are True and False. Dates are ISO 8601, without a time where there is none. A
    format of zeros alone (000) is kept, as it is part of an ID. Any other format changes how a number looks and
    not what is meant (50 % is 0.5, 0.123 shown as 0.12 is 0.123).

    Args:
        value: The value as openpyxl read it.
        number_format: The cell's format.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return _boolean_or_number(value, number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value).strip()


def is_boolean_format(number_format: str) -> bool:
    """Whether numbers of this format are shown as TRUE and FALSE, as LibreOffice stores the results of `=TRUE()`."""
    return number_format.replace('"', "").upper() == "BOOLEAN"


def _boolean_or_number(value: float, number_format: str) -> str:
    if is_boolean_format(number_format):
        return str(bool(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**SIGNIFICANT_DIGITS:
        value = int(value)
    if isinstance(value, int):
        zeros = re.fullmatch(r"0{2,}", number_format)
        return f"{value:0{len(number_format) + (value < 0)}d}" if zeros else str(value)
    text = f"{value:.{SIGNIFICANT_DIGITS}g}"
    return re.sub(r"e([+-])0*(\d)", lambda match: f"e{match[1].replace('+', '')}{match[2]}", text)


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(value.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    whole = int(seconds)
    fraction = f"{seconds - whole:.6f}".rstrip("0").rstrip(".").removeprefix("0")
    return f"{hours}:{minutes:02d}:{whole:02d}{fraction}"
