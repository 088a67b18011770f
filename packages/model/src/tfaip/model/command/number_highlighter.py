"""The coloured parts of a logged line."""

from rich.highlighter import RegexHighlighter

__all__ = ["NumberHighlighter"]

_NUMBER = r"(?<![\w.])(?<![^\W\d]/)(?P<number>-?\d+(,\d{3})*(\.\d+)?(e[+-]?\d+)?)"


class NumberHighlighter(RegexHighlighter):
    """Colours numbers as a whole, also before a unit (`1.5s`), but none within names and paths (`conv_1`, `runs/1`).

    Rich's colours for Python's values hit half of a number before a unit, words, and pieces of paths.
    """

    base_style = "repr."
    highlights = [_NUMBER]
