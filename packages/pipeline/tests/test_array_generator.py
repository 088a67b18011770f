"""Samples from arrays in memory."""

import numpy as np
import pytest

from tfaip.params import params
from tfaip.pipeline import ArrayGenerator, DataGeneratorParams, PipelineMode
from tfaip.pipeline.errors import DefinitionError


@params
class TableParams(DataGeneratorParams):
    count: int = 3


class Table(ArrayGenerator[TableParams]):
    def arrays(self):
        count = self.params.count if self.mode == "training" else 1
        return {"x": np.arange(count * 2).reshape(count, 2)}, {"y": list(range(count))}


def generator(given):
    class Given(ArrayGenerator[TableParams]):
        def arrays(self):
            return given

    return Given(PipelineMode.TRAINING, TableParams())


def test_a_sample_is_a_row_of_each_array_and_a_number_becomes_an_array_of_one():
    made = TableParams().create(PipelineMode.TRAINING)
    assert len(made) == 3
    sample = made[1]
    np.testing.assert_array_equal(sample.inputs["x"], [2, 3])
    assert sample.targets["y"].shape == (1,)
    assert (sample.targets["y"][0], sample.meta) == (1, {"index": 1})


def test_the_mode_chooses_the_samples():
    assert len(TableParams().create(PipelineMode.EVALUATION)) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros(3), "must return two dicts of arrays, inputs and targets, got ndarray"),
        ((np.zeros(3), np.zeros(3)), "must return two dicts of arrays, inputs and targets, got tuple"),
        (({"x": np.zeros(3)}, {"y": np.zeros(2)}), "arrays of one length, the number of samples, got x: 3, y: 2"),
        (({"x": 3}, {}), "arrays of one length, the number of samples, got x: None"),
        (({}, {}), "got no inputs"),
    ],
)
def test_other_results_are_refused(given, message):
    with pytest.raises(DefinitionError, match=message):
        generator(given)
