import logging

import numpy as np
import pytest
from conftest import export
from keras import ops

from predict_cases import POINTS
from tfaip.model import Evaluator, EvaluatorParams, load_prediction_function
from tfaip.model.testing.points.data import DIRECTIONS
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.model.testing.sequences.model import SequencesModel
from tfaip.model.testing.sequences.params import SequencesGeneratorParams
from tfaip.model.testing.sequences.scenario import SequencesScenario
from tfaip.predict import (
    LAV,
    LAVCallback,
    LAVParams,
    MultiLAV,
    MultiLAVParams,
    PredictionError,
    graph_prediction_function,
)


def lav_params(batch_size: int = 16, processes: int = 0, **changes) -> LAVParams:
    params = LAVParams(**changes)
    params.pipeline.batch_size = batch_size
    params.pipeline.num_processes = processes
    return params


def lav_of(bundle, **changes) -> LAV:
    return LAV.from_path(bundle.path, lav_params(**changes))


class RightNames(Evaluator[EvaluatorParams]):
    """Share of samples whose name, made by the post-processing, is right."""

    def __enter__(self):
        self.right, self.seen = 0, 0
        return self

    def update_state(self, sample):
        self.seen += 1
        self.right += sample.outputs["name"] == DIRECTIONS[int(sample.targets["direction"][0])]

    def result(self):
        return {"right_names": self.right / self.seen, "counted": np.int64(self.seen), "words": "no number", "acc": 2.0}


class EvaluatedScenario(PointsScenario):
    @classmethod
    def evaluator_cls(cls):
        return RightNames


def evaluated(bundle, *, callbacks=(), **changes) -> LAV:
    scenario = EvaluatedScenario(EvaluatedScenario.default_params())
    return LAV(lav_params(**changes), scenario, load_prediction_function(bundle.path), callbacks=callbacks)


def true_metrics(graph, generator) -> dict[str, float]:
    samples = list(generator.create("evaluation").generate())
    outputs = graph.build_prediction_graph({"point": np.stack([sample.inputs["point"] for sample in samples])})
    direction = np.concatenate([sample.targets["direction"] for sample in samples])
    pred = np.asarray(outputs["pred"], np.float64)[np.arange(len(samples)), direction]
    loss = float(-np.log(pred).mean())
    return {
        "loss": loss,
        "ce": loss,
        "acc": float((np.asarray(outputs["class"]) == direction).mean()),
    }


def test_losses_and_metrics_are_those_of_the_graph_on_all_samples(exported):
    bundle, graph = exported
    (result,) = lav_of(bundle).run([POINTS])
    assert (result.name, result.data, result.samples, result.skipped) == ("l0", POINTS, 37, 0)
    assert list(result.metrics) == ["loss", "ce", "acc"]
    assert result.metrics == pytest.approx(true_metrics(graph, POINTS), abs=1e-5)
    assert not result.not_computed


def test_neither_batch_size_nor_processes_change_a_figure(exported):
    bundle, _ = exported
    figures = [
        next(lav_of(bundle, batch_size=batch_size, processes=processes).run([POINTS])).metrics
        for batch_size in (1, 5, 64)
        for processes in (0, 2)
    ]
    for other in figures[1:]:
        assert other == pytest.approx(figures[0], abs=1e-5)


def test_a_live_graph_is_validated_with_the_weights_of_the_moment():
    scenario = PointsScenario(PointsScenario.default_params())
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    lav = LAV(lav_params(), scenario, graph_prediction_function(graph, scenario.data), model=model)
    for _ in range(2):
        (result,) = lav.run([POINTS])
        assert result.metrics == pytest.approx(true_metrics(graph, POINTS), abs=1e-5)
        for variable in graph.trainable_variables:
            variable.assign(-variable)


def test_eager_and_compiled_runs_give_the_same(exported):
    bundle, _ = exported
    (compiled,), (eager,) = (lav_of(bundle, run_eagerly=eagerly).run([POINTS]) for eagerly in (False, True))
    assert eager.metrics == pytest.approx(compiled.metrics, abs=1e-6)


def test_each_data_set_has_a_result_of_its_own_when_it_is_asked_for(exported):
    bundle, graph = exported
    sets = [PointsGeneratorParams(count=20, seed=seed) for seed in (1, 2)]
    asked = []
    results = lav_of(bundle).run(asked.append(one) or one for one in sets)
    assert next(results).metrics == pytest.approx(true_metrics(graph, sets[0]), abs=1e-5)
    assert asked == sets[:1]
    second = next(results)
    assert second.name == "l1"
    assert second.metrics == pytest.approx(true_metrics(graph, sets[1]), abs=1e-5)


def test_the_evaluator_sees_every_sample_after_its_post_processing(exported):
    bundle, _ = exported
    (result,) = evaluated(bundle).run([POINTS])
    assert result.evaluator["counted"] == 37
    assert result.evaluator["right_names"] == pytest.approx(result.metrics["acc"])


def test_logs_are_the_figures_that_are_numbers_each_under_a_name_of_its_own(exported):
    bundle, _ = exported
    (result,) = evaluated(bundle).run([POINTS])
    assert list(result.logs()) == ["loss", "ce", "acc", "right_names", "counted", "eval_acc"]
    assert result.logs()["acc"] == result.metrics["acc"]
    assert result.logs()["eval_acc"] == 2.0


def test_callbacks_are_told_of_start_samples_and_end_in_order(exported):
    bundle, _ = exported
    told = []

    class Telling(LAVCallback):
        def on_start(self, name, generator):
            told.append(("start", name, generator))

        def on_sample_end(self, sample):
            told.append(sample.meta["index"])

        def on_end(self, result):
            told.append(result)

    (result,) = evaluated(bundle, callbacks=[Telling()]).run([POINTS])
    assert told == [("start", "l0", POINTS), *range(37), result]


def test_callbacks_know_what_validates_and_the_bundle(exported):
    bundle, _ = exported
    known = []

    class Asking(LAVCallback):
        def on_start(self, name, generator):
            known.append((type(self.lav.model), self.lav.scenario.data, self.lav.params.pipeline.batch_size))
            known.append(self.lav.bundles)

    lav = lav_of(bundle)
    list(lav.run([POINTS], callbacks=[Asking()]))
    assert known == [(type(lav.model), lav.scenario.data, 16), (bundle.path,)]
    known.clear()
    list(evaluated(bundle, callbacks=[Asking()]).run([POINTS]))
    assert known[1] == ()


def test_the_training_graph_gives_the_losses_that_the_prediction_lacks(tmp_path):
    bundle, graph = export(tmp_path / "best", 1, SequencesScenario)
    data = SequencesGeneratorParams(count=20)
    predicted, trained = (
        next(LAV.from_path(bundle.path, lav_params(with_training_graph=with_it)).run([data]))
        for with_it in (False, True)
    )
    assert "loss" in predicted.not_computed
    assert not trained.not_computed
    scenario = SequencesScenario(SequencesScenario.default_params())
    pipeline = scenario.data.create_pipeline("evaluation", lav_params(20).pipeline, data)
    with pipeline.generate_input_batches(repeat=False) as batches:
        (batch,) = batches
    losses = scenario.create_model().forward(graph, batch.inputs, batch.targets, training=False).losses
    assert trained.metrics["loss"] == pytest.approx(sum(map(float, losses.values())), abs=1e-5)
    both = [name for name in predicted.metrics if name in trained.metrics]
    assert both
    assert {name: trained.metrics[name] for name in both} == pytest.approx(
        {name: predicted.metrics[name] for name in both}, abs=1e-6
    )


class PartlyPossible(SequencesModel):
    """Two losses that the prediction allows, and one that needs the logits of the training."""

    def _loss(self, inputs, targets, outputs):
        wrong = ops.cast(ops.not_equal(outputs["decoded"], targets["tokens"]), "float32")
        return {
            "wrong": ops.mean(wrong, axis=-1),
            **super()._loss(inputs, targets, outputs),
            "all_wrong": ops.min(wrong),
        }

    def _loss_weights(self):
        return {"ce": 0.5, "wrong": 2.0}


@pytest.mark.parametrize("eager", [False, True])
def test_the_losses_that_the_prediction_allows_are_computed_without_the_others(tmp_path, eager):
    bundle, _ = export(tmp_path / "best", 1, SequencesScenario)
    data = SequencesGeneratorParams(count=20)
    scenario = SequencesScenario(SequencesScenario.default_params())
    model = PartlyPossible(scenario.params.model)
    function = load_prediction_function(bundle.path)
    (result,) = LAV(lav_params(run_eagerly=eager), scenario, function, model=model).run([data])
    reason = "it needs the output 'logits', and the prediction has only decoded"
    assert result.not_computed == {"loss": reason, "ce": reason, "acc": reason}
    assert set(result.metrics) == {"wrong", "all_wrong", "decoded_acc"}
    assert result.metrics["wrong"] == pytest.approx(1 - result.metrics["decoded_acc"], abs=1e-6)


def test_losses_are_left_out_where_the_graph_of_the_training_cannot_be_built(tmp_path):
    class Broken(PartlyPossible):
        def create_graph(self, params):
            raise OSError("no vocabulary here")

    bundle, _ = export(tmp_path / "best", 1, SequencesScenario)
    scenario = SequencesScenario(SequencesScenario.default_params())
    function = load_prediction_function(bundle.path)
    lav = LAV(lav_params(), scenario, function, model=Broken(scenario.params.model))
    (result,) = lav.run([SequencesGeneratorParams(count=20)])
    assert set(result.metrics) == {"decoded_acc"}


def test_a_vote_has_no_training_graph(three_exported):
    params = MultiLAVParams(with_training_graph=True)
    with pytest.raises(PredictionError, match="with_training_graph needs one bundle"):
        MultiLAV.from_paths([bundle.path for bundle, _ in three_exported], params)


def test_what_needs_an_output_of_the_training_alone_is_left_out_and_named(exported, caplog):
    bundle, graph = exported
    whole = load_prediction_function(bundle.path)

    def without_logits(inputs):
        return {"pred": whole(inputs)["pred"], "class": whole(inputs)["class"]}

    scenario = PointsScenario(PointsScenario.default_params())
    with caplog.at_level(logging.WARNING, "tfaip"):
        (result,) = LAV(lav_params(), scenario, without_logits).run([POINTS])
    reason = "it needs the output 'logits', and the prediction has only pred, class"
    assert result.not_computed == {"loss": reason}
    assert result.metrics == pytest.approx({"acc": true_metrics(graph, POINTS)["acc"]}, abs=1e-5)
    assert f"loss is not computed: {reason}" in caplog.messages


def test_a_metric_without_its_output_leaves_the_others_alone(exported):
    bundle, graph = exported
    whole = load_prediction_function(bundle.path)
    scenario = PointsScenario(PointsScenario.default_params())
    scenario.params.data.post_proc.processors.clear()
    (result,) = LAV(lav_params(), scenario, lambda inputs: {"logits": whole(inputs)["logits"]}).run([POINTS])
    assert list(result.not_computed) == ["acc"]
    loss = true_metrics(graph, POINTS)["loss"]
    assert result.metrics == pytest.approx({"loss": loss, "ce": loss}, abs=1e-5)


def test_a_data_set_without_samples_is_refused(exported):
    bundle, _ = exported
    with pytest.raises(PredictionError, match="must have a sample to be validated on, but l1 gave none"):
        list(lav_of(bundle).run([POINTS, PointsGeneratorParams(count=0)]))
