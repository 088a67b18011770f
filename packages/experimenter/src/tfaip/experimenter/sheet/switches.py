"""The words of the columns that switch something on or off: SKIP and CLEANUP."""

from __future__ import annotations

from tfaip.experimenter.sheet.cells import Cell
from tfaip.experimenter.sheet.shown import shown

__all__ = ["is_on"]

ON_WORDS = ("true", "yes", "1", "x")
OFF_WORDS = ("false", "no", "0", "off")


def is_on(cell: Cell | None) -> bool:
    """Return whether a cell switches something on; an empty one doesn't.

    Args:
        cell: A cell as the user fills it in: a word in any case, or the value of a check box (TRUE, 1, 1.0).

    Raises:
        ValueError: It holds another word.
    """
    # Without the format of the number, which shows 1 as 001 or 1.00.
    word = "" if cell is None else shown(cell.value).casefold()
    if word in ON_WORDS:
        return True
    if word in ("", "empty", "null", *OFF_WORDS):
        return False
    given = "" if cell is None else cell.text
    raise ValueError(f'expects {"/".join(ON_WORDS)}, {"/".join(OFF_WORDS)}, or an empty cell; got "{given}"')
