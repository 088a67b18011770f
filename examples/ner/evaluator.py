"""Figures computed from predicted samples, one by one, in plain Python."""

from collections import Counter
from typing import Any, Self

from examples.ner.entities import entities_of
from examples.ner.params import NEREvaluatorParams
from tfaip.model import Evaluator
from tfaip.pipeline import Sample


class NEREvaluator(Evaluator[NEREvaluatorParams]):
    """Precision, recall and F1 of entities: right is an entity with the true type, begin and end."""

    def __enter__(self) -> Self:
        self.found: Counter[str] = Counter()
        self.true: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        return self

    def update_state(self, sample: Sample) -> None:
        """Count one sentence."""
        found, true = (set(entities_of(tags)) for tags in (sample.outputs["tags"], sample.targets["tags"]))
        self.found.update(entity.kind for entity in found)
        self.true.update(entity.kind for entity in true)
        self.right.update(entity.kind for entity in found & true)

    def state(self) -> Any:
        """Return the counts of each type."""
        return {"found": dict(self.found), "true": dict(self.true), "right": dict(self.right)}

    def merge(self, state: Any) -> None:
        """Add the counts of another part."""
        self.found.update(state["found"])
        self.true.update(state["true"])
        self.right.update(state["right"])

    def result(self) -> dict[str, Any]:
        """Return the figures."""
        figures = _figures(self.right.total(), self.found.total(), self.true.total())
        if self.params.per_type:
            for kind in sorted(self.true | self.found):
                of_kind = _figures(self.right[kind], self.found[kind], self.true[kind])
                figures |= {f"{name}_{kind}": value for name, value in of_kind.items()}
        return figures


def _figures(right: int, found: int, true: int) -> dict[str, float]:
    return {
        "precision": right / max(found, 1),
        "recall": right / max(true, 1),
        "f1": 2 * right / max(found + true, 1),
    }
