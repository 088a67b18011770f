"""The words of the columns that switch something on or off: SKIP and CLEANUP."""

from __future__ import annotations

from tfaip.experimenter.sheet.cells import Cell
from tfaip.experimenter.sheet.shown import shown

__all__ = ["is_on"]

ON_WORDS = ("true", "yes", "1", "x")
OFF_WORDS = ("false", "no", "0", "off")


def is_on(cell: Cell | None) -> bool:
    """Return what a cell says; an empty one says no.

    Args:
        cell: A cell as the user fills it in: a word in any case, or what a check box stores (TRUE, 1, 1.0).

    Raises:
        ValueError: It says anything else.
    """
    # Without the format of the number, which shows 1 as 001 or 1.00.
    word = "" if cell is None else shown(cell.value).casefold()
    if word in ON_WORDS:
        return True
    if word in ("", "null", *OFF_WORDS):
        return False
    given = "" if cell is None else cell.text
    raise ValueError(f'expects {"/".join(ON_WORDS)}, {"/".join(OFF_WORDS)}, or an empty cell; got "{given}"')
