"""Figures computed from predicted samples, one by one, in plain Python."""

from typing import Any, Self

from rapidfuzz.distance import Levenshtein

from examples.atr.params import ATREvaluatorParams
from tfaip.model import Evaluator
from tfaip.pipeline import Sample


class ATREvaluator(Evaluator[ATREvaluatorParams]):
    """The character error rate, insertions, deletions and substitutions over all characters, and that of lines."""

    def __enter__(self) -> Self:
        self.lines = self.wrong = self.characters = self.errors = 0
        self.read: list[tuple[int, str]] = []
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one line."""
        text, true = sample.outputs["sequence"], sample.targets["text"]
        errors = Levenshtein.distance(text, true)
        self.lines += 1
        self.wrong += errors > 0
        self.characters += len(true)
        self.errors += errors
        if self.params.worst:
            self.read = sorted([*self.read, (errors, f"{text} | {true}")], reverse=True)[: self.params.worst]

    def state(self) -> Any:
        """Return the counts and the worst lines."""
        return {"counts": [self.lines, self.wrong, self.characters, self.errors], "worst": self.read}

    def merge(self, state: Any) -> None:
        """Add the counts of another part, and keep the worst lines of both."""
        lines, wrong, characters, errors = state["counts"]
        self.lines += lines
        self.wrong += wrong
        self.characters += characters
        self.errors += errors
        worst = [(number, line) for number, line in state["worst"]]
        self.read = sorted([*self.read, *worst], reverse=True)[: self.params.worst]

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        figures: dict[str, Any] = {
            "cer": self.errors / max(self.characters, 1),
            "line_errors": self.wrong / max(self.lines, 1),
        }
        if self.read:
            figures["worst"] = "\n".join(line for _, line in self.read)
        return figures
