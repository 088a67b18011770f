"""A graph that trains by teacher forcing and predicts by decoding."""

import json
import logging

import keras
import numpy as np
import pytest

from tfaip.model import ModelDefinitionError, load_prediction_function
from tfaip.model.bundle.weights import read_weights
from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.sequences.scenario import SequencesScenario
from tfaip.trainer import RunFolder


@pytest.mark.takes_long
def test_it_trains_by_the_one_and_is_validated_printed_and_exported_by_the_other(tmp_path, caplog):
    params = SequencesScenario.default_trainer_params()
    params.output_dir = tmp_path / "run"
    params.epochs, params.random_seed, params.progress = 8, 1, "off"
    params.learning_rate.lr = 0.05
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.val.seed = 1
    with caplog.at_level(logging.INFO):
        logs = SequencesScenario.create_trainer(params).train()
    assert set(logs) == {"loss", "ce", "acc", "lr", "val_loss", "val_ce", "val_acc", "val_decoded_acc"}
    assert logs["val_decoded_acc"] == 1.0
    assert "decoded 1 4 6 5" in caplog.text
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    assert status["best_value"] == 1.0

    outputs = load_prediction_function(RunFolder(params.output_dir).best)({"first": np.array([[0], [3]])})
    assert set(outputs) == {"decoded"}
    np.testing.assert_array_equal(outputs["decoded"], [[1, 4, 6, 5], [3, 3, 3, 3]])
    names = ["embedding/embeddings", "logits/bias", "logits/kernel"]
    assert sorted(read_weights(RunFolder(params.output_dir).best / "weights.h5")) == [f"sequences/{n}" for n in names]


@pytest.mark.parametrize("evaluate", [False, True])
def test_a_validation_refuses_an_output_with_rows_of_no_sample(points_params, train, monkeypatch, evaluate):
    def predicted(self, inputs):
        logits = self.logits(self.hidden(inputs["point"]))
        return {"class": keras.ops.argmax(logits, axis=-1), "twice": keras.ops.concatenate([logits, logits])}

    monkeypatch.setattr(PointsGraph, "build_prediction_graph", predicted)
    with pytest.raises(ModelDefinitionError, match=r"one row for each sample .* for 'twice'"):
        train(points_params(None, epochs=1, evaluate_validation=evaluate))
