"""Figures computed from predicted samples, one by one, in plain Python."""

from collections import Counter
from typing import Any, Self

from tfaip.model import Evaluator, EvaluatorParams
from tfaip.pipeline import Sample


class PairEvaluator(Evaluator[EvaluatorParams]):
    """Accuracy, F1 of finding equivalent pairs, and their share: the accuracy of calling all pairs equivalent."""

    def __enter__(self) -> Self:
        self.counts: Counter[tuple[bool, bool]] = Counter()
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one sample."""
        self.counts[bool(sample.targets["gt"][0]), bool(sample.outputs["class"])] += 1

    def state(self) -> Any:
        """Return the counts of each pair of true and predicted."""
        return [[*pair, count] for pair, count in self.counts.items()]

    def merge(self, state: Any) -> None:
        """Add the counts of another part."""
        for true, found, count in state:
            self.counts[true, found] += count

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        pairs = max(self.counts.total(), 1)
        found, missed, mistaken = self.counts[True, True], self.counts[True, False], self.counts[False, True]
        return {
            "accuracy": (found + self.counts[False, False]) / pairs,
            "f1": 2 * found / max(2 * found + missed + mistaken, 1),
            "equivalent": (found + missed) / pairs,
        }
