"""Figures computed from predicted samples, one by one, in plain Python."""

from typing import Any, Self

from rapidfuzz.distance import Levenshtein

from examples.seq2seq.params import Seq2SeqEvaluatorParams
from tfaip.model import Evaluator
from tfaip.pipeline import Sample


class Seq2SeqEvaluator(Evaluator[Seq2SeqEvaluatorParams]):
    """`exact`, the fraction of texts without an error, and `cer`, the errors over all characters."""

    def __enter__(self) -> Self:
        self.texts = self.exact = self.characters = self.errors = 0
        self.worst: list[tuple[int, str]] = []
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one text."""
        text, true = sample.outputs["text"], sample.targets["text"]
        errors = Levenshtein.distance(text, true)
        self.texts += 1
        self.exact += errors == 0
        self.characters += len(true)
        self.errors += errors
        if self.params.worst:
            line = f"{sample.meta['source']} | {text} | {true}"
            self.worst = sorted([*self.worst, (errors, line)], reverse=True)[: self.params.worst]

    def state(self) -> Any:
        """Return the counts and the worst texts."""
        return {"counts": [self.texts, self.exact, self.characters, self.errors], "worst": self.worst}

    def merge(self, state: Any) -> None:
        """Add the counts of another part, and keep the worst texts of both."""
        texts, exact, characters, errors = state["counts"]
        self.texts += texts
        self.exact += exact
        self.characters += characters
        self.errors += errors
        worst = [(wrong, line) for wrong, line in state["worst"]]
        self.worst = sorted([*self.worst, *worst], reverse=True)[: self.params.worst]

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        figures: dict[str, Any] = {
            "exact": self.exact / max(self.texts, 1),
            "cer": self.errors / max(self.characters, 1),
        }
        if self.worst:
            figures["worst"] = "\n".join(line for _, line in self.worst)
        return figures
