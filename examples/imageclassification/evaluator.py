"""Figures computed from predicted samples, one by one, in plain Python."""

from typing import Any, Self

from examples.imageclassification.params import ImageEvaluatorParams
from tfaip.model import Evaluator
from tfaip.pipeline import Sample


class ImageEvaluator(Evaluator[ImageEvaluatorParams]):
    """Accuracy, the share of sure predictions, and how many of those are right."""

    def __enter__(self) -> Self:
        self.samples = self.right = self.sure = self.sure_and_right = 0
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one sample."""
        chosen = int(sample.outputs["class"])
        right = chosen == int(sample.targets["gt"][0])
        sure = sample.outputs["pred"][chosen] >= self.params.threshold
        self.samples += 1
        self.right += right
        self.sure += sure
        self.sure_and_right += right and sure

    def state(self) -> Any:
        """Return the counts."""
        return [self.samples, self.right, self.sure, self.sure_and_right]

    def merge(self, state: Any) -> None:
        """Add the counts of another part."""
        samples, right, sure, sure_and_right = state
        self.samples += samples
        self.right += right
        self.sure += sure
        self.sure_and_right += sure_and_right

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "accuracy": self.right / max(self.samples, 1),
            "sure": self.sure / max(self.samples, 1),
            "sure_accuracy": self.sure_and_right / max(self.sure, 1),
        }
