"""The line of an epoch's results, which tools parse."""

from __future__ import annotations

from collections.abc import Mapping

from tfaip.model.command.log_format import RESULTS, without_results
from tfaip.params.shown_text import number_text, one_line

__all__ = ["results_line"]


def results_line(epoch: int, logs: Mapping[str, float]) -> str:
    """Return `Results of epoch    3 acc: 0.9723 - loss: 0.0897 - val_acc: 0.9832`."""
    values = " - ".join(f"{_shown(name)}: {number_text(value)}" for name, value in sorted(logs.items()))
    return f"{RESULTS} {epoch:4d} {values}"


def _shown(name: str) -> str:
    # Names of classes, which data brings along, can be part of a name: none of them begins another value.
    return without_results(one_line(name)).replace(" - ", "\\u0020- ")
