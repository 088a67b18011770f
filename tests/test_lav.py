"""Load and validate gives what the trainer's validation has logged, and the bundle predicts what was validated."""

import json

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode
from tfaip.predict import LAVParams, PredictorParams


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Parameters of a short training that was run, and its last logs."""
    params = PointsScenario.default_trainer_params()
    params.output_dir = tmp_path_factory.mktemp("run") / "run"
    params.epochs, params.random_seed, params.progress = 2, 5, "off"
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.val.seed, params.gen.val.count = 1, 30
    PointsScenario.create_trainer(params).train()
    lines = (params.output_dir / "metrics.jsonl").read_text().splitlines()
    return params, json.loads(lines[-1])


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("batch_size", [1, 5, 64])
def test_load_and_validate_equals_the_validation_of_the_training(run, batch_size, processes):
    params, logs = run
    lav_params = LAVParams()
    lav_params.pipeline.batch_size, lav_params.pipeline.num_processes = batch_size, processes
    (result,) = PointsScenario.create_lav(params.output_dir / "export", lav_params).run([params.gen.val_gen()])
    assert result.metrics == pytest.approx(
        {"loss": logs["val_loss"], "ce": logs["val_ce"], "acc": logs["val_acc"]}, abs=1e-5
    )


def test_predictions_equal_the_evaluation_of_the_training_graph(run):
    params, _ = run
    scenario = PointsScenario.from_path(params.output_dir / "export")
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    from tfaip.model.bundle.weights import read_weights

    weights = read_weights(params.output_dir / "export" / "weights.h5")
    for variable in graph.weights:
        variable.assign(weights[variable.path])
    pipeline = scenario.data.create_pipeline(PipelineMode.EVALUATION, params.gen.setup.val, params.gen.val_gen())
    predictor = PointsScenario.create_predictor(params.output_dir / "export", PredictorParams(include_targets=True))
    predicted = predictor.predict(params.gen.val_gen())
    with pipeline.generate_input_batches(repeat=False) as batches:
        for batch in batches:
            outputs = graph.build_train_graph(batch.inputs, batch.targets, training=False)
            for row in range(batch.size):
                np.testing.assert_allclose(next(predicted).outputs["logits"], outputs["logits"][row], atol=1e-6)
    assert next(predicted, None) is None
