"""Models that tfaip 1.2 has exported become bundles; their layout is written here by today's TensorFlow."""

import shutil
import sys

import numpy as np
import pytest
import tensorflow as tf

from commands import COMMANDS, ROOT
from tfaip.model import Bundle, BundleError, load_prediction_function, load_weights
from tfaip.model.stored.convert import convert_exported_model
from tfaip.model.stored.former_export import FormerExport
from tfaip.model.stored.former_layers import same_layers

MOVED = ROOT / "tests/moved"
COMMAND = "tfaip-convert-exported-model"
RNG = np.random.default_rng(1)
WEIGHTS = {
    "dense_0/kernel": RNG.normal(size=(2, 16)).astype("float32"),
    "dense_0/bias": RNG.normal(size=16).astype("float32"),
    "logits/kernel": RNG.normal(size=(16, 4)).astype("float32"),
    "logits/bias": RNG.normal(size=4).astype("float32"),
}


@pytest.fixture(autouse=True)
def old_scenario(monkeypatch):
    """The package of the older scenario, moved to today's code."""
    monkeypatch.syspath_prepend(MOVED)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "old_scenario"]:
        del sys.modules[name]


def write_export(folder, weights=WEIGHTS, *, graph="quadrant", serve="serve", takes=("xy",)):
    """Write an exported model as tfaip 1.2 lays it out: variables `root/Graph/layer/kernel:0`, parameters beside."""
    variables = {name: tf.Variable(value, name=f"root/{graph}/{name}") for name, value in weights.items()}

    def serving_default(**inputs):
        x = tf.nn.relu(inputs["xy"] @ variables["dense_0/kernel"] + variables["dense_0/bias"])
        logits = x @ variables["logits/kernel"] + variables["logits/bias"]
        return {"logits": logits, "pred": tf.nn.softmax(logits), "class": tf.argmax(logits, axis=-1)}

    specs = {name: tf.TensorSpec((None, 2), tf.float32, name=name) for name in takes}
    signatures = {"serving_default": tf.function(serving_default).get_concrete_function(**specs)}
    write_saved_model(folder / serve, variables.values(), signatures=signatures)
    shutil.copy(MOVED / "old_run/scenario_params.json", folder)
    return folder


def write_saved_model(folder, variables, **options):
    root = tf.train.Checkpoint()
    root.variables = list(variables)
    tf.saved_model.save(root, str(folder), **options)


def write_weights(folder, weights):
    """Replace the weights of an exported model, which has no signature then."""
    shutil.rmtree(folder / "serve")
    variables = (tf.Variable(value, name=f"root/quadrant/{name}") for name, value in weights.items())
    write_saved_model(folder / "serve", variables)


def run(*words):
    COMMANDS[COMMAND].load()([*map(str, words), "--trust", "old_scenario"])


@pytest.fixture
def quiet(monkeypatch):
    """The console's handler would stay for the tests that follow in this process."""
    monkeypatch.setattr(f"{COMMANDS[COMMAND].module}.log_to_console", lambda: None)


def rows(text, count):
    """The rows of a table on the console, by their first column."""
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line[:1] == "│"]
    return {first: rest for first, *rest in cells if len(rest) == count - 1}


def test_the_command_makes_a_bundle_with_the_weights_and_outputs_of_the_old_model(tmp_path, capsys, quiet):
    old, new = write_export(tmp_path / "old"), tmp_path / "new"
    run(old, "--output", new)
    said = capsys.readouterr().out
    assert "$.data.pre_proc.num_threads: SequentialProcessorPipelineParams has no such field" in said
    assert rows(said, 3) == {
        f"quadrant/{name}": [f"quadrant/{name}", str(list(value.shape))] for name, value in WEIGHTS.items()
    }
    differences = {name: float(value) for name, (value,) in rows(said, 2).items()}
    assert differences.keys() == {"logits", "pred", "class"}
    assert max(differences.values()) < 1e-5
    for name, value in load_weights(new).items():
        np.testing.assert_array_equal(value, WEIGHTS[name.removeprefix("quadrant/")])
    inputs = {"xy": RNG.uniform(-1, 1, (5, 2)).astype("float32")}
    expected = tf.saved_model.load(str(old / "serve")).signatures["serving_default"](xy=tf.constant(inputs["xy"]))
    for name, found in load_prediction_function(new)(inputs).items():
        np.testing.assert_allclose(found, expected[name], rtol=1e-5, atol=1e-6)


def converted(folder, output, **options):
    former = FormerExport.at(folder)
    params, scenario_cls, _ = former.load_params(trust=["old_scenario"])
    return convert_exported_model(former, output, scenario_cls(params), **options)


LAYOUTS = {
    "another name of the graph": {"graph": "old_graph"},
    "the SavedModel is the folder itself": {"serve": "."},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_other_layouts_are_found(layout, tmp_path):
    found = converted(write_export(tmp_path / "old", **LAYOUTS[layout]), tmp_path / "new")
    assert len(found.weights) == len(WEIGHTS)
    assert Bundle.at(tmp_path / "new").digest == found.bundle.digest


def test_the_parameters_of_a_whole_training_serve_as_well(tmp_path):
    old = write_export(tmp_path / "old")
    (old / "scenario_params.json").unlink()
    shutil.copy(MOVED / "old_run/trainer_params.json", tmp_path)
    params, scenario_cls, _ = FormerExport.at(old).load_params(trust=["old_scenario"])
    assert (scenario_cls.__name__, params.model.units) == ("QuadrantScenario", [16])


def test_a_scenario_that_the_user_names_takes_the_place_of_the_stored_one(tmp_path):
    former = FormerExport.at(write_export(tmp_path / "old"))
    params, scenario_cls, _ = former.load_params(scenario="old_scenario.scenario:QuadrantScenario")
    assert params.scenario == scenario_cls.tag() == "old_scenario.scenario:QuadrantScenario"


SAME_LAYERS = {
    "layers are numbered through a process": (
        ["dense_1/kernel", "dense/kernel", "dense_2/bias"],
        ["dense_12/bias", "dense_9/kernel", "dense_7/kernel"],
        {"dense/kernel": "dense_7/kernel", "dense_1/kernel": "dense_9/kernel", "dense_2/bias": "dense_12/bias"},
    ),
    "a number that both have is not the same layer": (
        ["dense/kernel", "dense_1/kernel"],
        ["dense_1/kernel", "dense_2/kernel"],
        {"dense/kernel": "dense_1/kernel", "dense_1/kernel": "dense_2/kernel"},
    ),
    "names of the user are kept": (["block_1/w", "block_2/w"], ["block_0/w", "block_1/w"], {"block_1/w": "block_1/w"}),
    "another number of layers is no order": (["dense/w", "dense_1/w"], ["dense_1/w"], {"dense_1/w": "dense_1/w"}),
    "cells and directions": (
        ["bidirectional/forward_lstm/lstm_cell/kernel", "bidirectional/backward_lstm/lstm_cell/kernel"],
        ["bidirectional_2/backward_lstm_4/lstm_cell_9/kernel", "bidirectional_2/forward_lstm_4/lstm_cell_8/kernel"],
        {
            "bidirectional/forward_lstm/lstm_cell/kernel": "bidirectional_2/forward_lstm_4/lstm_cell_8/kernel",
            "bidirectional/backward_lstm/lstm_cell/kernel": "bidirectional_2/backward_lstm_4/lstm_cell_9/kernel",
        },
    ),
    "normalisation within a part": (
        ["stem/batch_normalization/moving_mean", "stem/conv2d/kernel"],
        ["stem/batch_normalization_5/moving_mean", "stem/conv2d_3/kernel"],
        {
            "stem/batch_normalization/moving_mean": "stem/batch_normalization_5/moving_mean",
            "stem/conv2d/kernel": "stem/conv2d_3/kernel",
        },
    ),
    "the layer of a wrapper": (
        ["time_distributed/dense/kernel", "time_distributed/dense/bias"],
        ["time_distributed_1/kernel", "time_distributed_1/bias"],
        {
            "time_distributed/dense/kernel": "time_distributed_1/kernel",
            "time_distributed/dense/bias": "time_distributed_1/bias",
        },
    ),
    "depthwise kernels": (
        ["depthwise_conv2d/kernel"],
        ["depthwise_conv2d_1/depthwise_kernel"],
        {"depthwise_conv2d/kernel": "depthwise_conv2d_1/depthwise_kernel"},
    ),
}


@pytest.mark.parametrize("case", SAME_LAYERS)
def test_layers_that_keras_numbered_are_found(case):
    paths, former, expected = SAME_LAYERS[case]
    assert same_layers(paths, former) == expected


def test_weights_without_a_counterpart_are_listed(tmp_path):
    extra = {**WEIGHTS, "gone/kernel": np.ones(3, "float32")}
    assert converted(write_export(tmp_path / "old", extra), tmp_path / "new").left == ("quadrant/gone/kernel",)


def test_paths_that_stand_in_it_several_times_matter_only_where_a_weight_needs_one(tmp_path):
    former = FormerExport.at(write_export(tmp_path / "old"))
    params, scenario_cls, _ = former.load_params(trust=["old_scenario"])
    weights = [(f"root/quadrant/{name}", value) for name, value in WEIGHTS.items()]
    metrics = [("total", np.float32(1)), ("count", np.float32(2))] * 2
    for extra, refused in ((metrics, False), (weights[:1], True)):
        shutil.rmtree(former.saved_model)
        write_saved_model(former.saved_model, [tf.Variable(value, name=name) for name, value in weights + extra])
        if refused:
            with pytest.raises(BundleError, match=r"quadrant/dense_0/kernel may be each of .* \(2\)"):
                convert_exported_model(former, tmp_path / "other", scenario_cls(params))
        else:
            found = convert_exported_model(former, tmp_path / "new", scenario_cls(params))
            assert found.left == ("total", "count", "total (2)", "count (2)")


def test_a_hook_renames_and_changes_weights(tmp_path):
    old = write_export(tmp_path / "old")
    renamed = {name.replace("logits", "head"): value for name, value in WEIGHTS.items()}
    write_weights(old, {**renamed, "head/kernel": renamed["head/kernel"].T})

    def transform(name, array):
        return name.replace("head", "logits"), array.T if name.endswith("head/kernel") else array

    found = converted(old, tmp_path / "new", transform=transform, inputs={"xy": np.zeros((1, 2), "float32")})
    np.testing.assert_array_equal(load_weights(tmp_path / "new")["quadrant/logits/kernel"], WEIGHTS["logits/kernel"])
    assert found.differences == {}
    assert "no signature" in found.notes[0]


WITHOUT_BIAS = {name: value for name, value in WEIGHTS.items() if name != "logits/bias"}
MISTAKES = {
    "a weight is missing": (
        {**WITHOUT_BIAS, "logit/bias": np.ones(4, "float32")},
        "quadrant/logits/bias is not in it (it has quadrant/logit/bias)",
    ),
    "a weight has another shape": (
        {**WEIGHTS, "dense_0/bias": np.ones(3, "float32")},
        "quadrant/dense_0/bias has the shape [16] today, [3] in it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_nothing_is_written_where_weights_do_not_fit(mistake, tmp_path):
    weights, said = MISTAKES[mistake]
    old = write_export(tmp_path / "old")
    write_weights(old, weights)
    with pytest.raises(BundleError) as refused:
        converted(old, tmp_path / "new")
    assert said in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_an_input_that_the_data_lacks_is_told(tmp_path):
    old = write_export(tmp_path / "old", takes=("xy", "meta"))
    found = converted(old, tmp_path / "new", inputs={"xy": np.zeros((1, 2), "float32")})
    assert found.notes == ("the SavedModel takes meta, which the data doesn't have, so that nothing is compared",)


def test_a_mistake_of_the_user_is_one_sentence(tmp_path, capsys, quiet):
    old = write_export(tmp_path / "old")
    (tmp_path / "taken").mkdir()
    (tmp_path / "empty").mkdir()
    said = {
        (tmp_path / "empty", "--output", "new"): "must be a folder with serve/saved_model.pb or saved_model.pb",
        (old, "--output", tmp_path / "taken"): "the output must be a folder that is not there yet",
        (old, "--output", tmp_path / "new", "--transform", "nothing:there"): "there is no module 'nothing'",
        (old, "--output", tmp_path / "new", "--params", tmp_path / "no.json"): "must be in",
    }
    for words, expected in said.items():
        with pytest.raises(SystemExit) as ended:
            run(*words)
        assert ended.value.code == 2
        assert expected in capsys.readouterr().err
