"""Figures computed from predicted samples, one by one, in plain Python."""

from collections import Counter
from typing import Any, Self

from examples.tutorial.full.params import TutorialFullEvaluatorParams
from tfaip.model import Evaluator
from tfaip.pipeline import Sample


class TutorialFullEvaluator(Evaluator[TutorialFullEvaluatorParams]):
    """Accuracy, the share of sure predictions, their accuracy, and the most frequent confusions."""

    def __enter__(self) -> Self:
        self.pairs: Counter[tuple[int, int]] = Counter()
        self.sure = self.sure_and_right = 0
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one sample."""
        true, predicted = int(sample.targets["gt"][0]), int(sample.outputs["class"])
        self.pairs[true, predicted] += 1
        if sample.outputs["sure"]:
            self.sure += 1
            self.sure_and_right += true == predicted

    def state(self) -> Any:
        """Return the counts of each pair of classes, and those of sure predictions."""
        return {
            "pairs": [[*pair, count] for pair, count in self.pairs.items()],
            "sure": [self.sure, self.sure_and_right],
        }

    def merge(self, state: Any) -> None:
        """Add the counts of another part."""
        for true, predicted, count in state["pairs"]:
            self.pairs[true, predicted] += count
        sure, sure_and_right = state["sure"]
        self.sure += sure
        self.sure_and_right += sure_and_right

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        samples = self.pairs.total()
        right = sum(count for (true, predicted), count in self.pairs.items() if true == predicted)
        wrong = {pair: count for pair, count in self.pairs.items() if pair[0] != pair[1]}
        # Sorted by pair where counts are equal, so that parts in any order give the same text.
        most = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[: self.params.most]
        return {
            "accuracy": right / max(samples, 1),
            "sure": self.sure / max(samples, 1),
            "sure_accuracy": self.sure_and_right / max(self.sure, 1),
            "confused": ", ".join(f"{true} as {predicted}: {count}" for (true, predicted), count in most),
        }
