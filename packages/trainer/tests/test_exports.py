"""The bundles that a training writes, and the hooks that see them."""

from pathlib import Path

import pytest
import tensorflow as tf

from tfaip.model import Bundle, BundleError, ExportedModel, GraphBase, load_onnx_function
from tfaip.model.bundle.layout import PARTS
from tfaip.model.bundle.weights import read_weights
from tfaip.model.onnx import conditions
from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolderError, Trainer


class Recording(PointsScenario):
    """Remembers what was exported."""

    seen: list[ExportedModel] = []

    def after_export(self, exported):
        exported.bundle.verify()
        self.seen.append(exported)


@pytest.fixture
def seen():
    Recording.seen.clear()
    return Recording.seen


def test_bundles_go_where_the_parameters_say(points_params, tmp_path, seen):
    params = points_params(best_dir=tmp_path / "models" / "best", export_dir=Path("last"), epochs=2)
    history = Recording.create_trainer(params).train()
    assert history.best == tmp_path / "models" / "best"
    assert history.export == params.output_dir / "last"
    assert not (params.output_dir / "best").exists()
    assert not (params.output_dir / "export").exists()
    assert seen[-1].kind == "last"
    assert seen[-1].bundle == Bundle(params.output_dir / "last")
    assert next(exported.epoch for exported in seen if exported.kind == "best") == 1
    assert seen[-1].logs == dict(history)


def test_the_newest_epochs_are_kept_also_after_a_resume(points_params, tmp_path, seen):
    changes = {"export_every_n_epochs": 1, "keep_exports": 2, "export_best": False, "export_final": False}
    params = points_params(epochs=2, **changes)
    bundle = params.output_dir / "epochs" / "0009"
    Recording.create_trainer(params).train()
    params.epochs = 4
    Recording.create_trainer(params).resume()
    assert sorted(path.name for path in bundle.parent.glob("[0-9]*")) == ["0003", "0004"]
    assert [(exported.kind, exported.epoch) for exported in seen] == [("epoch", n) for n in (1, 2, 3, 4)]
    three, four = (read_weights(bundle.parent / name / "weights.h5") for name in ("0003", "0004"))
    assert any((three[name] != four[name]).any() for name in four)


def test_each_best_model_is_kept_under_the_name_of_its_epoch(points_params, seen):
    params = points_params(best_dir=Path("best_{epoch}"), epochs=3)
    history = Recording.create_trainer(params).train()
    best = [exported.epoch for exported in seen if exported.kind == "best"]
    assert sorted(path.name for path in params.output_dir.glob("best_*")) == [f"best_{epoch}" for epoch in best]
    assert history.best == params.output_dir / f"best_{history.best_epoch}"


def test_a_run_that_is_resumed_with_other_places_leaves_those_of_before(points_params, resume, train, tmp_path):
    params = points_params(epochs=1)
    train(params)
    before = Bundle(params.output_dir / "export").digest
    params.epochs, params.export_dir = 2, Path("longer")
    assert resume(params).export == params.output_dir / "longer"
    assert Bundle(params.output_dir / "export").digest == before
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("")
    params.epochs, params.export_dir = 3, tmp_path / "thesis"
    with pytest.raises(RunFolderError, match=r"chapter\.tex"):
        resume(params)
    assert (tmp_path / "thesis" / "chapter.tex").exists()


@pytest.mark.takes_long
def test_an_error_of_the_hook_ends_the_training(points_params):
    class Failing(Trainer):
        def after_export(self, exported):
            raise LookupError(f"no registry for {exported.kind}")

    params = points_params(epochs=1)
    PointsScenario.complete_trainer_params(params)
    with pytest.raises(LookupError, match="no registry for best"):
        Failing(params, PointsScenario(PointsScenario.tagged(params.scenario))).train()
    assert (params.output_dir / "best" / "weights.h5").exists()


def test_an_export_replaces_no_folder_of_other_files(points_params, tmp_path):
    from tfaip.model import export_bundle

    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("of the user")
    scenario = PointsScenario(points_params().scenario)
    model = scenario.create_model()
    with pytest.raises(BundleError, match="holds other files than those of a bundle"):
        export_bundle(tmp_path / "notes", scenario, model, model.build_graph(scenario.data))
    assert (tmp_path / "notes" / "a.txt").read_text() == "of the user"


def test_a_training_without_a_folder_says_at_both_ends_that_nothing_is_kept(points_params, train, caplog):
    with caplog.at_level("INFO", "tfaip"):
        train(points_params(None, epochs=1, random_seed=None))
    told = [record.getMessage() for record in caplog.records]
    kept = [number for number, text in enumerate(told) if text.startswith("Nothing of this training is kept")]
    results = next(number for number, text in enumerate(told) if text.startswith("Results of epoch"))
    assert len(kept) == 2
    assert kept[0] < results < kept[1]
    assert any(text.startswith("The seed was drawn: --trainer.random_seed ") for text in told)


@pytest.mark.parametrize("formats", [["SavedModel", "ONNX"], ["ONNX"]])
def test_bundles_hold_the_formats_of_the_parameters(points_params, seen, formats):
    params = points_params(epochs=1, export_formats=formats)
    params.scenario.export_serve = True
    history = Recording.create_trainer(params).train()
    for path in (history.best, history.export):
        assert (path / "serve").exists() == ("SavedModel" in formats)
        assert set(load_onnx_function(path).inputs) == {"point"}


@pytest.mark.takes_long
@pytest.mark.parametrize("formats", [["SavedModel", "ONNX"], ["ONNX"]])
def test_a_run_with_onnx_models_is_resumed_and_replaced(points_params, train, resume, formats):
    params = points_params(epochs=2, export_every_n_epochs=1, export_formats=formats)
    params.scenario.export_serve = True
    train(params)
    params.epochs = 3
    bundle = resume(params).export
    assert {path.name for path in bundle.iterdir()} - {"serve"} < set(PARTS)
    params.overwrite = True
    train(params)
    assert [path.name for path in sorted((params.output_dir / "epochs").iterdir())] == ["0001", "0002", "0003"]


def test_a_training_in_half_precision_exports_an_onnx_model(points_params, seen):
    params = points_params(epochs=1, export_best=False, export_formats=["SavedModel", "ONNX"])
    params.device.precision = "mixed_float16"
    history = Recording.create_trainer(params).train()
    assert set(load_onnx_function(history.export).inputs) == {"point"}


def test_a_graph_without_onnx_model_is_a_warning_and_ends_no_training(points_params, seen, monkeypatch, caplog):
    def predicted(self, inputs):
        outputs = GraphBase.build_prediction_graph(self, inputs)
        return {**outputs, "bits": tf.bitcast(outputs["pred"], tf.int32)}

    monkeypatch.setattr(PointsGraph, "build_prediction_graph", predicted)
    params = points_params(epochs=1, export_best=False, export_formats=["SavedModel", "ONNX"])
    params.scenario.export_serve = True
    history = Recording.create_trainer(params).train()
    assert (history.export / "serve").is_dir()
    assert not Bundle(history.export).onnx.exists()
    assert "export has no ONNX model: ONNX must have an equivalent of each operation, but has none of Bitcast" in (
        caplog.text
    )


def test_a_missing_converter_is_told_before_the_training(points_params, monkeypatch):
    monkeypatch.setattr(conditions, "find_spec", lambda name: None)
    with pytest.raises(BundleError, match=r"ONNX needs tf2onnx and onnxruntime: pip install 'tfaip-model\[onnx\]'"):
        Recording.create_trainer(points_params(export_formats=["ONNX"]))
