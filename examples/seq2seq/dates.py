"""Dates as people write them, and the same dates as ISO 8601 writes them."""

import datetime as dt

import numpy as np

__all__ = ["FORMS", "written_date"]

FIRST = dt.date(1900, 1, 1)
DAYS = 73_049  # to the end of 2099

# Each tenth day belongs to the validation, in any form.
VALIDATION = 10

MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

FORMS = {
    "numbers": ["{d}.{m}.{y}", "{dd}.{mm}.{y}", "{d}/{m}/{y}", "{y}/{mm}/{dd}"],
    "names": [
        "{d} {month} {y}",
        "{month} {d}, {y}",
        "{month} {nth}, {y}",
        "the {nth} of {month} {y}",
        "{weekday}, {d} {month} {y}",
        "{weekday}, {month} {nth}, {y}",
        "{short} {d} {y}",
        "{dd}-{short}-{yy}",
        "{d} {short} '{yy}",
    ],
}
"""Templates of the written dates, by kind. Two digits of a year mean 1970 to 2069, as in POSIX up to a year."""


def written_date(part: str, index: int, kinds: list[str]) -> tuple[str, str]:
    """Return a date in words and in ISO 8601; the same index gives the same date.

    Args:
        part: `training` or `validation`, which have different days.
        index: Number of the date.
        kinds: Kinds of `FORMS` to choose from.
    """
    rng = np.random.default_rng([["training", "validation"].index(part), index])
    template = rng.choice([form for kind in kinds for form in FORMS[kind]])
    is_validation = part == "validation"
    while True:
        day = int(rng.integers(DAYS))
        date = FIRST + dt.timedelta(day)
        has_century = "{yy}" not in template or 1970 <= date.year < 2070
        if (day % VALIDATION == 0) == is_validation and has_century:
            break
    text = str(template).format(
        d=date.day,
        dd=f"{date.day:02d}",
        nth=ordinal(date.day),
        m=date.month,
        mm=f"{date.month:02d}",
        month=MONTHS[date.month - 1],
        short=MONTHS[date.month - 1][:3],
        y=date.year,
        yy=f"{date.year % 100:02d}",
        weekday=WEEKDAYS[date.weekday()],
    )
    as_typed = (text, text.lower(), text.upper())
    return as_typed[int(rng.choice(3, p=(0.8, 0.1, 0.1)))], date.isoformat()


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, ..."""
    ending = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
