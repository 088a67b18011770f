"""Beginning with weights that were trained before."""

import logging
import os
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from tfaip.model import load_stored_params
from tfaip.model.bundle.weights import read_weights, write_weights
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import UserError, save
from tfaip.trainer import (
    ConstantParams,
    RunFolder,
    SGDParams,
    Trainer,
    TrainerParams,
    WarmStarter,
    WarmStartError,
    WarmstartParams,
)
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.warm_start.stored_params import read_stored_params


class Graph(keras.layers.Layer):
    """Two dense layers."""

    def __init__(self, name="net", units=3, second="second"):
        super().__init__(name=name)
        self.first = keras.layers.Dense(units, name="first")
        self.second = keras.layers.Dense(2, name=second)

    def build(self, shape):
        self.first.build(shape)
        self.second.build((None, self.first.units))
        self.built = True

    def call(self, inputs):
        return self.second(self.first(inputs))


def graph(**changes) -> Graph:
    built = Graph(**changes)
    built(np.zeros((1, 4), np.float32))
    return built


def stored(tmp_path, source: Graph):
    write_weights(tmp_path / "weights.h5", source.weights)
    return tmp_path


def load(path, target, starter=WarmStarter, **params):
    starter(WarmstartParams(model=path, **params)).load(target)


def assert_equal(one: Graph, other: Graph):
    for first, second in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(first.numpy(), second.numpy(), err_msg=first.path)


def test_weights_are_matched_by_name_whatever_the_graph_is_called(tmp_path):
    source, target = graph(name="former"), graph(name="net")
    load(stored(tmp_path, source), target)
    assert_equal(source, target)


def test_a_path_may_be_a_text(tmp_path):
    source, target = graph(), graph()
    load(str(stored(tmp_path, source)), target)
    assert_equal(source, target)


def test_with_the_name_of_the_graph_it_counts(tmp_path):
    with pytest.raises(WarmStartError, match=r"no weight could be loaded"):
        load(stored(tmp_path, graph(name="former")), graph(), trim_graph_name=False)


def test_what_is_missing_is_listed_and_nothing_is_loaded(tmp_path):
    target = graph(second="head")
    before = [weight.numpy() for weight in target.weights]
    with pytest.raises(WarmStartError) as raised:
        load(stored(tmp_path, graph()), target)
    message = str(raised.value)
    assert "net/head/kernel (3, 2): not stored" in message
    assert "net/head/bias (2,): not stored" in message
    assert "Stored, but not used: net/second/" in message
    assert "warmstart.allow_partial" in message
    for weight, value in zip(target.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


def test_a_part_is_loaded_if_that_is_allowed_and_the_table_tells_it(tmp_path, caplog):
    source, target = graph(), graph(second="head")
    with caplog.at_level(logging.INFO):
        load(stored(tmp_path, source), target, allow_partial=True)
    np.testing.assert_array_equal(target.first.kernel.numpy(), source.first.kernel.numpy())
    assert [line.split() for line in caplog.messages[-1].splitlines()[1:] if "─" not in line] == [
        ["weight", "stored", "as", "shape"],
        ["net/first/kernel", "(same)", "(4,", "3)", "loaded"],
        ["net/first/bias", "(same)", "(3,)", "loaded"],
        ["net/head/kernel", "(3,", "2)", "not", "stored"],
        ["net/head/bias", "(2,)", "not", "stored"],
        ["net/second/bias", "(2,)", "not", "used"],
        ["net/second/kernel", "(3,", "2)", "not", "used"],
    ]
    assert max(map(len, caplog.messages[-1].splitlines()[1:])) <= 80


@pytest.mark.parametrize(
    "params",
    [
        {"rename": ["second->head"]},
        {"rename": ["^sec->he", "ond->ad"]},
        {"rename_targets": ["head->second"]},
        {"rename": ["second->he"], "rename_targets": ["head->he"]},
    ],
)
def test_names_are_replaced_by_rules(tmp_path, params):
    source, target = graph(), graph(second="head")
    load(stored(tmp_path, source), target, **params)
    assert_equal(source, target)


def test_a_suffix_is_added_to_stored_names(tmp_path):
    source, target = graph(), graph()
    load(stored(tmp_path, source), target, add_suffix="_a", rename_targets=["$->_a"])
    assert_equal(source, target)


def test_numbers_that_keras_appends_are_removed(tmp_path):
    source, target = graph(second="cell_4"), graph(second="cell")
    load(stored(tmp_path, source), target, auto_remove_numbers_for=["cell"])
    assert_equal(source, target)


def test_only_what_is_included_is_loaded_and_not_what_is_excluded(tmp_path):
    source = graph()
    path = stored(tmp_path, source)
    for params in ({"include": "first/.*"}, {"exclude": "second/.*"}, {"include": ".*", "exclude": "second/.+"}):
        target = graph()
        before = target.second.kernel.numpy()
        load(path, target, **params)
        np.testing.assert_array_equal(target.first.kernel.numpy(), source.first.kernel.numpy())
        np.testing.assert_array_equal(target.second.kernel.numpy(), before)


@pytest.mark.parametrize("option", ["include", "exclude"])
def test_a_pattern_that_matches_no_whole_name_is_refused(tmp_path, option):
    with pytest.raises(WarmStartError, match=f"warmstart.{option} must match the whole name .* 'first' matches none"):
        load(stored(tmp_path, graph()), graph(), **{option: "first"})


def test_a_rule_that_finds_nothing_is_refused(tmp_path):
    with pytest.raises(WarmStartError, match="'third->fourth' finds nothing"):
        load(stored(tmp_path, graph()), graph(), rename=["third->fourth"])


def test_names_that_become_the_same_are_refused(tmp_path):
    with pytest.raises(WarmStartError, match=r"the same: .*x/kernel \(net/first/kernel and net/second/kernel\)"):
        load(stored(tmp_path, graph()), graph(), rename=["first|second->x"])


@pytest.mark.parametrize(("option", "value"), [("rename", ["a"]), ("rename", ["(->b"]), ("include", "(")])
def test_rules_are_checked_when_they_are_given(option, value):
    with pytest.raises(ValueError, match=f"'{option}' must"):
        WarmstartParams(**{option: value})


def test_another_shape_is_an_error_that_names_both(tmp_path):
    with pytest.raises(WarmStartError, match=r"net/first/kernel \(4, 5\): net/first/kernel has the shape \(4, 3\)"):
        load(stored(tmp_path, graph()), graph(units=5))


class Padding(WarmStarter):
    """Keeps the random start of what a stored weight is too small for."""

    def transform_weight(self, name, stored, variable):
        if "first" not in name and "second" not in name:
            return None
        value = variable.numpy()
        value[tuple(slice(length) for length in stored.shape)] = stored
        return value


def test_a_weight_that_does_not_fit_can_be_transformed(tmp_path, caplog):
    source, target = graph(), graph(units=5)
    with caplog.at_level(logging.INFO):
        load(stored(tmp_path, source), target, Padding)
    np.testing.assert_array_equal(target.first.kernel.numpy()[:, :3], source.first.kernel.numpy())
    assert "(4, 3) -> (4, 5)" in caplog.text
    assert "transformed" in caplog.text


class Reversing(WarmStarter):
    """Reverses the rows of one weight, and notes the names of all weights that it is asked for."""

    def __init__(self, params):
        super().__init__(params)
        self.asked = []

    def transform_weight(self, name, stored, variable):
        self.asked.append(name)
        return stored[::-1] if name.endswith("second/kernel") else None


def test_a_weight_of_the_same_shape_can_be_transformed_too(tmp_path, caplog):
    source, target = graph(), graph()
    starter = Reversing(WarmstartParams(model=stored(tmp_path, source)))
    with caplog.at_level(logging.INFO):
        starter.load(target)
    assert starter.asked == [weight.path for weight in target.weights]
    np.testing.assert_array_equal(target.second.kernel.numpy(), source.second.kernel.numpy()[::-1])
    np.testing.assert_array_equal(target.first.kernel.numpy(), source.first.kernel.numpy())
    assert caplog.text.count("transformed") == 1
    assert (starter.trainer, starter.new_params, starter.stored_params) == (None, None, None)


@pytest.fixture(scope="module")
def former_run(tmp_path_factory):
    """Folder of a run with a dropout of 0.25."""
    params = PointsScenario.default_trainer_params()
    params.output_dir = tmp_path_factory.mktemp("former") / "run"
    params.epochs, params.progress, params.scenario.export_serve = 1, "off", False
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.scenario.model.dropout = 0.25
    PointsScenario.create_trainer(params).train()
    return RunFolder(params.output_dir)


def test_stored_parameters_are_those_of_the_bundle_or_run(former_run):
    newest = Checkpoints(former_run.checkpoint).newest().path
    for path in (former_run.best, former_run.best / "weights.h5", newest, former_run.path):
        assert read_stored_params(path).model.dropout == 0.25
    for bundle in (former_run.best, former_run.export):
        bundle.rename(bundle.with_name(f"moved_{bundle.name}"))
    try:
        assert read_stored_params(newest / "weights.h5").model.dropout == 0.25
    finally:
        for bundle in (former_run.best, former_run.export):
            bundle.with_name(f"moved_{bundle.name}").rename(bundle)


@pytest.mark.parametrize(("name", "is_read"), [("models/best_{epoch}", True), ("../outside", False)])
def test_stored_parameters_are_those_of_a_bundle_at_its_own_place_in_the_run(former_run, tmp_path, name, is_read):
    run = RunFolder(tmp_path / "run")
    shutil.copytree(former_run.path, run.path)
    shutil.rmtree(run.best)
    shutil.rmtree(run.export)
    params = load_stored_params(TrainerParams, run.trainer_params, scenario_at="scenario")
    params.best_dir, params.scenario.model.dropout = Path(name), 0.5
    save(params, run.trainer_params)
    shutil.copytree(former_run.best, run.path / name.format(epoch=1))
    assert read_stored_params(run.path).model.dropout == (0.25 if is_read else 0.5)


@pytest.mark.parametrize("hook", ["create_warm_starter", "warm_starter_cls"])
def test_the_hook_knows_stored_and_new_parameters_and_the_trainer(points_params, former_run, hook):
    params = points_params(None, epochs=1)
    params.warmstart.model = former_run.best
    seen = []

    class Looking(WarmStarter):
        def transform_weight(self, name, stored, variable):
            seen.append((self.stored_params.model.dropout, self.new_params, self.trainer))

    methods = {
        "create_warm_starter": lambda self: Looking(self.params.warmstart),
        "warm_starter_cls": classmethod(lambda cls: Looking),
    }
    trainer = type("Starting", (Trainer,), {hook: methods[hook]})(params, PointsScenario(params.scenario))
    trainer.train()
    dropout, new, known = seen[0]
    assert dropout == 0.25
    assert new is params.scenario
    assert known is trainer


def test_a_transformation_to_another_shape_names_the_method(tmp_path):
    class Wrong(WarmStarter):
        def transform_weight(self, name, stored, variable):
            return stored

    with pytest.raises(WarmStartError, match=r"Wrong.transform_weight must return an array of shape \(4, 5\)"):
        load(stored(tmp_path, graph()), graph(units=5), Wrong)


@pytest.mark.parametrize("name", ["model.weights.h5", "model.keras"])
def test_files_of_keras_are_matched_by_layer_and_position(tmp_path, name):
    inputs = keras.Input((4,))
    hidden = keras.layers.BatchNormalization(name="norm")(keras.layers.Dense(3, name="first")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, name="second")(hidden))
    model.compile("adam", "mse")
    (model.save_weights if name.endswith(".weights.h5") else model.save)(tmp_path / name)
    target = graph()
    load(tmp_path / name, target)
    for layer in ("first", "second"):
        for stored_value, value in zip(
            model.get_layer(layer).get_weights(), getattr(target, layer).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(stored_value, value)


@pytest.mark.parametrize("what", ["missing", "empty folder", "text"])
def test_what_holds_no_weights_is_refused_by_its_path(tmp_path, what):
    path = tmp_path / "model.weights.h5"
    if what == "empty folder":
        path.mkdir()
    elif what == "text":
        path.write_text("weights")
    with pytest.raises(WarmStartError, match="model.weights.h5"):
        load(path, graph())


def frozen(points_params, source, **changes):
    """Parameters of a run that starts from `source` and changes nothing."""
    params = points_params("warm", learning_rate=ConstantParams(lr=0.0), optimizer=SGDParams(), epochs=2, **changes)
    params.warmstart.model = source
    return params


@pytest.mark.parametrize("source", ["export", "checkpoint", "run"])
@pytest.mark.takes_long
def test_a_warm_started_run_validates_as_the_first_did(points_params, train, metrics_of, source):
    """With an average of the weights, which is what was validated."""
    first = points_params("first", ema_decay=0.5)
    logs = train(first)
    folder = RunFolder(first.output_dir)
    path = {
        "export": folder.export,
        "checkpoint": Checkpoints(folder.checkpoint).newest().path,
        "run": folder.path,
    }[source]
    warm = frozen(points_params, path, ema_decay=0.9)
    train(warm)
    for line in metrics_of(warm.output_dir):
        assert line["val_loss"] == pytest.approx(logs["val_loss"], abs=1e-5)
        assert line["val_acc"] == pytest.approx(logs["val_acc"], abs=1e-5)


@pytest.mark.takes_long
def test_a_resumed_run_is_not_warm_started_again(points_params, train, resume, metrics_of):
    first = points_params("first", epochs=1)
    train(first)
    export = RunFolder(first.output_dir).export
    warm = points_params("warm", epochs=1)
    warm.warmstart.model = export
    train(warm)
    trained = read_weights(RunFolder(warm.output_dir).export / "weights.h5")
    warm.epochs = 2
    (export / "weights.h5").unlink()
    warm.learning_rate = ConstantParams(lr=0.0)
    resume(warm)
    for name, value in read_weights(RunFolder(warm.output_dir).export / "weights.h5").items():
        np.testing.assert_array_equal(value, trained[name], err_msg=name)


def test_a_trainer_replaces_the_class(points_params, train):
    class Seen(WarmStarter):
        def load(self, graph):
            raise LookupError(graph.name)

    class Own(Trainer):
        @classmethod
        def warm_starter_cls(cls):
            return Seen

    params = points_params(None)
    params.warmstart.model = "somewhere"
    with pytest.raises(LookupError, match="points"):
        Own(params, PointsScenario(params.scenario)).train()


@pytest.mark.takes_long
def test_a_run_may_start_from_the_one_that_it_replaces(points_params, train):
    folder = RunFolder(points_params().output_dir)
    train(points_params(epochs=1))
    before = read_weights(folder.best / "weights.h5")
    for source in (folder.best, folder.path):
        seen = []

        class Reads(WarmStarter):
            def transform_weight(self, name, stored, variable, seen=seen):
                seen.append(self.stored_params.model)

        class Starts(Trainer):
            def create_warm_starter(self):
                starter = Reads(self.params.warmstart)
                starter.trainer = self
                return starter

        params = points_params(epochs=1, overwrite=True, learning_rate=ConstantParams(lr=0.0))
        params.warmstart.model = source
        Starts(params, PointsScenario(PointsScenario.tagged(params.scenario))).train()
        assert seen
        for path, value in read_weights(folder.best / "weights.h5").items():
            np.testing.assert_array_equal(value, before[path])


def test_a_warm_starter_without_a_model_says_so():
    with pytest.raises(WarmStartError, match=r"warmstart.model must name the weights to start from, got None"):
        WarmStarter(WarmstartParams()).read()


def test_a_file_far_larger_than_the_graph_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.trainer.warm_start.warm_starter.MIN_LIMIT", 200)
    load(stored(tmp_path, graph()), graph())
    large = graph(units=3000)
    with pytest.raises(UserError, match=r"its arrays take 84,008 bytes, more than the 368 allowed"):
        load(stored(tmp_path, large), graph(), allow_partial=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b"PK no archive"), "is no whole archive: File is not a zip file"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "holds no model.weights.h5, it is no model of Keras"),
        (os.mkfifo, "cannot be read: it is a pipe, not a regular file"),
    ],
)
def test_an_odd_archive_ends_in_a_sentence(tmp_path, make, message):
    make(tmp_path / "model.keras")
    with pytest.raises(WarmStartError, match=message):
        load(tmp_path / "model.keras", graph())


def test_an_archive_that_unpacks_to_more_than_allowed_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(100 << 20))
    with pytest.raises(WarmStartError, match="takes 104,857,600 bytes, more than the 67,108,864 allowed"):
        load(tmp_path / "model.keras", graph())
