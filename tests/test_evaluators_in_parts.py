"""The evaluators of the examples give the figures of a data set also by the merged counts of its parts."""

import numpy as np
import pytest

from examples.atr.evaluator import ATREvaluator
from examples.atr.params import ATREvaluatorParams
from examples.imageclassification.evaluator import ImageEvaluator
from examples.imageclassification.params import ImageEvaluatorParams
from examples.ner.evaluator import NEREvaluator
from examples.ner.params import NEREvaluatorParams
from examples.seq2seq.evaluator import Seq2SeqEvaluator
from examples.seq2seq.params import Seq2SeqEvaluatorParams
from examples.text.finetuningbert.evaluator import PairEvaluator
from examples.tutorial.full.evaluator import TutorialFullEvaluator
from examples.tutorial.full.params import TutorialFullEvaluatorParams
from tfaip.model import EvaluatorParams
from tfaip.model.evaluator import has_parts
from tfaip.pipeline import Sample
from tfaip.predict import DumpReader, DumpWriter

RANDOM = np.random.default_rng(3)


def text():
    return "".join(RANDOM.choice(list("abc"), 4))


def tags():
    return [str(tag) for tag in RANDOM.choice(["O", "B-PER", "I-PER", "B-LOC"], 6)]


def digit():
    pred = RANDOM.random(3).astype(np.float32)
    outputs = {"class": RANDOM.integers(0, 3), "pred": pred, "sure": bool(pred[0] > 0.5)}
    return Sample(outputs=outputs, targets={"gt": RANDOM.integers(0, 3, 1)})


def line():
    return Sample(outputs={"sequence": text(), "text": text()}, targets={"text": text()}, meta={"source": text()})


def sentence():
    return Sample(outputs={"tags": tags()}, targets={"tags": tags()})


@pytest.mark.parametrize(
    ("cls", "params", "make"),
    [
        (ATREvaluator, ATREvaluatorParams(worst=4), line),
        (ImageEvaluator, ImageEvaluatorParams(), digit),
        (NEREvaluator, NEREvaluatorParams(per_type=True), sentence),
        (PairEvaluator, EvaluatorParams(), digit),
        (Seq2SeqEvaluator, Seq2SeqEvaluatorParams(worst=4), line),
        (TutorialFullEvaluator, TutorialFullEvaluatorParams(), digit),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_the_counts_of_parts_add_up(tmp_path, cls, params, make):
    samples = [make() for _ in range(50)]
    with cls(params) as whole:
        for sample in samples:
            whole.update_state(sample)
    assert has_parts(whole)
    with DumpWriter(tmp_path / "states") as dump:
        for number in (2, 0, 1):
            with cls(params) as part:
                for sample in samples[number::3]:
                    part.update_state(sample)
                dump.write(Sample(outputs=part.state()))
    with cls(params) as merged:
        for stored in DumpReader(tmp_path / "states"):
            merged.merge(stored.outputs)
    assert merged.result() == whole.result()
