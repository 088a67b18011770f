"""Notes on schedules whose course in a training their parameters don't suggest."""

from __future__ import annotations

import numpy as np

from tfaip.trainer.loop.epoch_size import EpochSize
from tfaip.trainer.schedules.base import Schedule

__all__ = ["changes_within_an_epoch", "first_epoch_note", "schedule_notes"]

# Places of an epoch at which its rates are compared.
PLACES = np.linspace(0.0, 0.99, 10, dtype=np.float32)


def schedule_notes(schedule: Schedule, size: EpochSize) -> list[str]:
    """Return a sentence for each phase that does not fit the training, and one if the first epoch can't be counted.

    Args:
        schedule: The schedule, for NumPy or for Keras.
        size: Samples of an epoch.
    """
    note = first_epoch_note(schedule, size) if changes_within_an_epoch(schedule) else ""
    return [*schedule.unfinished_phases(), *([note] if note else [])]


def changes_within_an_epoch(schedule: Schedule) -> bool:
    """Return whether the rate changes within the first epoch."""
    rates = [float(schedule(place)) for place in PLACES]
    return max(rates) - min(rates) > 1e-6 * max(abs(rate) for rate in rates)


def first_epoch_note(schedule: Schedule, size: EpochSize) -> str:
    """Return how the first epoch is counted where its number of samples is not known; else nothing."""
    if size.limit or size.known:
        return ""
    if size.generated:
        return (
            f"The first epoch is counted by the {size.generated} samples of the generator, since processors may make "
            "several of one, or none. Its rate is that of the epoch's end after as many. "
            "Set --trainer.samples_per_epoch to the number after the processors, if you know it"
        )
    return (
        "The number of samples is not known before the first epoch ends. The whole first epoch trains at the learning "
        f"rate {float(schedule(PLACES[0])):.3g}, at which the schedule starts. Set --trainer.samples_per_epoch"
    )
