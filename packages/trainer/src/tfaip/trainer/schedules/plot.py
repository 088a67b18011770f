"""A schedule drawn in the terminal, without TensorFlow."""

from __future__ import annotations

import numpy as np

from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["plot_schedule"]

# Of eight rows of dots a character, the block that fills as many from below.
BLOCKS = " ▁▂▃▄▅▆▇█"


def plot_schedule(
    params: LearningRateParams,
    epochs: int,
    *,
    schedule: Schedule | None = None,
    width: int = 72,
    height: int = 12,
) -> str:
    """Return the rate over a training of so many `epochs`, drawn in block characters, and its key figures.

    Args:
        params: Parameters of the schedule.
        epochs: Epochs of the whole training.
        schedule: The function to draw, for NumPy; default: the schedule of `params`.
        width: Columns of the drawing, labels not counted.
        height: Rows of it.
    """
    schedule = schedule or params.create(epochs, np)
    # The middle of each column's share of the training, so that steps stand where they are.
    places = (np.arange(width) + 0.5) / width * epochs
    rates = np.asarray(schedule(places), np.float64)
    top = float(rates.max()) or 1.0
    eighths = np.rint(rates / top * height * 8).astype(int)
    lines = []
    for row in range(height - 1, -1, -1):
        label = f"{top * (row + 1) / height:9.2e}" if (height - 1 - row) % 4 == 0 else " " * 9
        blocks = "".join(BLOCKS[int(np.clip(value - 8 * row, 0, 8))] for value in eighths)
        lines.append(f"{label} │{blocks}".rstrip())
    lines.append(f"{0:9.2e} └{'─' * width}")
    lines.append(f"{'':11}{'0':<{width // 2}}{f'epoch {epochs}':>{width - width // 2}}")
    ends = [float(schedule(np.float64(place))) for place in (0.0, epochs - 1e-6)]
    figures = f"first {ends[0]:.3g}, highest {top if rates.max() else 0:.3g}, last {ends[1]:.3g}"
    name = type(params).__name__.removesuffix("Params")
    lines.append(f"{'':11}{name}: {figures}")
    return "\n".join(lines) + "\n"
