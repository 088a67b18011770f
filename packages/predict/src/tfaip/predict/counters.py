"""What a prediction has done so far, and where the time went."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PredictionCounters"]


@dataclass
class PredictionCounters:
    """Numbers of one pass over samples, up to date while it runs.

    Attributes:
        samples: Samples that came out, after post-processing.
        skipped: Samples that did not: dropped as invalid, or bad ones where those are skipped.
        batches: Batches that the model has predicted.
        seconds: Since the pass began, the time of the caller's own code included.
        first_seconds: Until the first batch was predicted, which includes the start of workers and of TensorFlow.
        data_seconds: Time that was spent on waiting for batches, beside the first one.
        model_seconds: Time that the model has taken, which overlaps with all others, beside the first batch.
        first_samples: Samples in the first batch.
    """

    samples: int = 0
    skipped: int = 0
    batches: int = 0
    seconds: float = 0.0
    first_seconds: float = 0.0
    data_seconds: float = 0.0
    model_seconds: float = 0.0
    first_samples: int = 0

    @property
    def samples_per_second(self) -> float:
        """The rate after the first batch; 0 before there is a second one."""
        seconds = self.seconds - self.first_seconds
        return max(self.samples - self.first_samples, 0) / seconds if seconds > 0 and self.batches > 1 else 0.0
