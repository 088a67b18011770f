"""Prints the mistakes of a line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tfaip.params.errors import Mistake
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["print_mistakes"]


def print_mistakes(mistakes: Sequence[Mistake], prog: str) -> None:
    """Print all mistakes to stderr, and how to get help."""
    lines = [clean_text(mistake) for mistake in mistakes]
    prog = one_line(prog)
    print(f"{prog}: error: " + "\n".join(lines), file=sys.stderr)
    print(f"see {prog} --help", file=sys.stderr)
