import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import COMMANDS, IN_PROCESS, export
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from lines_scenario import LinesScenario
from predict_cases import BarePointsScenario
from tfaip.model.testing.points.data import DirectionName
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.model.testing.sequences.scenario import SequencesScenario
from tfaip.predict import LAV, LAVParams, MultiModelPredictor, MultiModelVoter, Predictor, PredictorParams
from tfaip.predict.dump import DumpReader


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_its_usage(run, command):
    (asked, out, _), (bare, _, err) = run(command, "--help"), run(command)
    assert (asked, bare) == (0, 2)
    assert out.startswith(f"usage: {command} ")
    assert out == err


def test_predictions_are_printed_in_words(run, exported):
    path = exported[0].path
    code, out, err = run("tfaip-predict", "--export_dir", path, *IN_PROCESS, "--data.count", "5")
    assert code == 0, err
    predictor = Predictor.from_path(path, PredictorParams())
    expected = [
        f"point {sample.meta} lies {sample.outputs['name']}"
        for sample in predictor.predict(PointsGeneratorParams(count=5))
    ]
    assert out.splitlines() == expected
    assert "Predicted samples: 5" in err


def test_a_generator_without_samples_is_shown(run, exported):
    code, out, err = run("tfaip-predict", "--export_dir", exported[0].path, *IN_PROCESS, "--data.count", "0")
    assert code == 0, err
    assert not out
    assert "There was nothing to predict; samples come from PointsGeneratorParams(count=0" in err


def test_several_bundles_vote_by_the_voter_that_is_named(run, three_exported):
    paths = [bundle.path for bundle, _ in three_exported]
    code, out, err = run("tfaip-predict", "--export_dir", *paths, *IN_PROCESS, "--voter", "Majority", "--data.count", 5)
    assert code == 0, err
    assert len(out.splitlines()) == 5


class FirstModel(MultiModelVoter):
    def vote(self, sample):
        return sample.new_outputs(sample.outputs[0])


class OwnVote(MultiModelPredictor):
    def create_voter(self):
        return FirstModel()


@pytest.mark.parametrize(
    ("command", "option"), [("tfaip-predict", "--export_dir"), ("tfaip-multi-lav", "--export_dirs")]
)
def test_a_voter_is_offered_unless_the_scenario_has_its_own(run, three_exported, monkeypatch, command, option):
    paths = [bundle.path for bundle, _ in three_exported]
    assert "--voter" in run(command, option, *paths, "--help")[1]
    monkeypatch.setattr(PointsScenario, "multi_predictor_cls", classmethod(lambda cls: OwnVote))
    assert "--voter" not in run(command, option, *paths, "--help")[1]
    code, _, err = run(command, option, *paths, *IN_PROCESS, "--voter", "Majority", "--data.count", 5)
    assert code == 2
    assert "--voter" in err
    code, _, err = run(command, option, *paths, *IN_PROCESS, "--data.count", 5)
    assert code == 0, err


def test_predictions_are_dumped_and_silent_prints_nothing(run, exported, tmp_path):
    dump = tmp_path / "dump"
    words = [*IN_PROCESS, "--data.count", "20", "--dump", dump, "--predict.silent", "--predict.include_targets"]
    code, out, err = run("tfaip-predict", "--export_dir", exported[0].path, *words)
    assert (code, out, err) == (0, "", "")
    reader = DumpReader(dump)
    samples = list(reader)
    assert [sample.meta["index"] for sample in samples] == list(range(20))
    assert samples[0].targets["direction"].shape == (1,)
    assert reader.is_complete
    assert reader.header["bundles"] == [str(exported[0].path)]


def test_the_benchmark_shows_where_the_time_went(run, exported):
    _, _, err = run("tfaip-predict", "--export_dir", exported[0].path, *IN_PROCESS, "--benchmark")
    for row in ("until the first batch", "samples a second", "waiting for data", "model busy"):
        assert row in err


def test_eager_predictions_print_the_same(run, exported):
    words = ["tfaip-predict", "--export_dir", exported[0].path, *IN_PROCESS, "--data.count", "5"]
    assert run(*words)[1] == run(*words, "--run_eagerly")[1]


def test_samples_are_read_from_the_standard_input(run, lines_bundle, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("0.1 0.9\n# a comment\n-1 0\n"))
    code, out, err = run("tfaip-predict", "--export_dir", lines_bundle, *IN_PROCESS, "--data.lists", "-")
    assert code == 0, err
    assert [line.partition("lies")[0] for line in out.splitlines()] == [
        "point {'line': '0.1 0.9'} ",
        "point {'line': '-1 0'} ",
    ]


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_missing_file_names_its_sample_and_can_be_skipped(run, lines_bundle, tmp_path, processes):
    (tmp_path / "there.txt").write_text("1 2")
    (tmp_path / "all.lst").write_text(f"0 1\n{tmp_path}/missing.txt\n{tmp_path}/there.txt\n")
    words = ["tfaip-predict", "--export_dir", lines_bundle, "--pipeline.num_processes", processes]
    words += ["--data.lists", tmp_path / "all.lst"]
    code, out, err = run(*words)
    assert code == 2
    assert "Traceback" not in err
    assert (
        f"a sample cannot be read in ParseLine, sample 1 of epoch 0 (meta {{'line': '{tmp_path}/missing.txt'}})" in err
    )
    assert "FileNotFoundError" in err
    assert "--on_error skip goes on without such samples" in err
    code, out, err = run(*words, "--on_error", "skip")
    assert code == 0
    assert len(out.splitlines()) == 2
    assert "Predicted samples: 2, dropped or skipped: 1" in err


@pytest.mark.parametrize("votes", [False, True])
def test_predictions_are_written_as_csv_and_json(run, three_exported, tmp_path, votes):
    paths = [bundle.path for bundle, _ in three_exported][: 3 if votes else 1]
    words = [*(["--voter", "Majority"] if votes else []), *IN_PROCESS, "--data.count", "20", "--predict.silent"]
    for name in ("out.csv", "out.json", "out.jsonl"):
        code, _, err = run("tfaip-predict", "--export_dir", *paths, *words, "--output", tmp_path / name)
        assert code == 0, err
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    objects = json.loads((tmp_path / "out.json").read_text())
    assert [row["index"] for row in rows] == [str(index) for index in range(20)]
    assert [row["name"] for row in rows] == [each["outputs"]["name"] for each in objects]
    assert objects == [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]


def test_outputs_that_are_pictures_become_png_files(run, exported, tmp_path, monkeypatch):
    monkeypatch.setattr(DirectionName, "apply", lambda self, sample: sample.new_outputs({"mask": np.eye(3)}))
    words = [*IN_PROCESS, "--data.count", "2", "--output", tmp_path / "{}.png", "--predict.silent"]
    code, _, err = run("tfaip-predict", "--export_dir", exported[0].path, *words)
    assert code == 0, err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000_mask.png", "000001_mask.png"]


@pytest.mark.parametrize(
    ("name", "before", "message"),
    [
        ("out.xml", None, "the ending of a file of predictions must be one of .csv, .json, .jsonl, .png, got"),
        ("out.csv", "out.csv", "out.csv already"),
        ("out.csv", "out.csv.part", "out.csv.part of a command that is running or was stopped"),
        ("out.png", None, "the file name of pictures must hold {} once"),
    ],
)
def test_a_wrong_file_of_predictions_is_told_before_tensorflow_loads(
    run, exported, tmp_path, monkeypatch, name, before, message
):
    monkeypatch.setattr("tfaip.predict.cli.prediction.import_tensorflow", lambda: pytest.fail("it loads"))
    if before:
        (tmp_path / before).write_text("mine")
    words = [*IN_PROCESS, "--output", tmp_path / name]
    code, out, err = run("tfaip-predict", "--export_dir", exported[0].path, *words)
    assert (code, out) == (2, "")
    assert message in err
    assert not before or (tmp_path / before).read_text() == "mine"


def test_each_list_is_validated_on_its_own_as_table_json_events_and_dumps(run, lines_bundle, lists, tmp_path):
    words = ["--data.lists", *lists, *IN_PROCESS, "--json", tmp_path / "r.json", "--tensorboard", tmp_path / "events"]
    code, out, err = run("tfaip-lav", "--export_dir", lines_bundle, *words, "--dump", tmp_path / "pairs")
    assert code == 0, err
    results = [
        *LAV.from_path(lines_bundle, LAVParams()).run(
            [type(LinesScenario.default_predict_generator_params())(lists=[str(path)]) for path in lists]
        )
    ]
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["bundles"] == [lines_bundle]
    for number, (stored, result) in enumerate(zip(document["data_sets"], results, strict=True)):
        assert (stored["name"], stored["samples"], stored["skipped"]) == (f"l{number}", (20, 10)[number], 0)
        assert stored["data"]["lists"] == [str(lists[number])]
        assert stored["metrics"] == pytest.approx(dict(result.metrics), abs=1e-6)
        assert stored["evaluator"] == dict(result.evaluator)
        events = EventAccumulator(str(tmp_path / "events" / f"lav_l{number}"))
        events.Reload()
        assert set(events.Tags()["tensors"]) == {"loss", "ce", "acc", "counted", "right"}
        assert len(list(DumpReader(tmp_path / "pairs" / f"l{number}"))) == (20, 10)[number]
        assert f"{result.metrics['acc']:.4g}" in out
    assert "l0: ListFileGeneratorParams(lists=[" in out
    assert "counted" in out


def test_json_can_be_the_standard_output(run, exported):
    code, out, _ = run("tfaip-lav", "--export_dir", exported[0].path, *IN_PROCESS, "--json", "-")
    assert code == 0
    assert list(json.loads(out)["data_sets"][0]["metrics"]) == ["loss", "ce", "acc"]


@pytest.fixture(scope="module")
def sequences_bundle(tmp_path_factory):
    bundle, _ = export(tmp_path_factory.mktemp("sequences") / "best", seed=4, scenario_cls=SequencesScenario)
    return str(bundle.path)


@pytest.fixture(scope="module")
def bare_bundle(tmp_path_factory):
    bundle, _ = export(tmp_path_factory.mktemp("bare") / "best", seed=4, scenario_cls=BarePointsScenario)
    return str(bundle.path)


def test_a_scenario_that_names_only_the_class_of_the_predicted_samples_predicts(run, bare_bundle):
    code, out, err = run("tfaip-predict", "--export_dir", bare_bundle, *IN_PROCESS, "--data.count", "3")
    assert code == 0, err
    assert out.count("lies") == 3


def test_lav_takes_the_samples_of_the_validation_where_those_for_prediction_have_no_targets(run, bare_bundle):
    code, out, err = run("tfaip-lav", "--export_dir", bare_bundle, *IN_PROCESS, "--json", "-")
    assert code == 0, err
    assert "Validating on the samples of PointsGeneratorParams; those for prediction have no targets" in err
    validation = PointsScenario.default_validation_generator_params()
    assert json.loads(out)["data_sets"][0]["samples"] == validation.count


def test_lav_refuses_chosen_samples_without_targets(run, bare_bundle):
    code, _, err = run("tfaip-lav", "--export_dir", bare_bundle, *IN_PROCESS, "--data.count", "3")
    assert code == 2
    assert "needs samples with targets, but those of BarePointsParams have none" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", ["--lav.with_training_graph", "--predict.with_training_graph"])
def test_lav_runs_the_training_graph_by_either_name_of_the_option(run, sequences_bundle, option):
    words = ["tfaip-lav", "--export_dir", sequences_bundle, *IN_PROCESS, "--data.count", "8", "--json", "-"]
    code, out, err = run(*words)
    assert code == 0, err
    assert "loss" not in json.loads(out)["data_sets"][0]["metrics"]
    code, out, err = run(*words, option)
    assert code == 0, err
    assert json.loads(out)["data_sets"][0]["metrics"]["loss"] > 0


def test_lav_prints_the_first_samples_in_words(run, exported):
    _, out, _ = run("tfaip-lav", "--export_dir", exported[0].path, *IN_PROCESS, "--lav.print_limit", "2")
    assert out.count("lies") == 2


def test_the_vote_of_several_bundles_is_validated(run, three_exported):
    paths = [bundle.path for bundle, _ in three_exported]
    for option in ("--export_dirs", "--export-dir"):
        code, out, err = run("tfaip-multi-lav", option, *paths, *IN_PROCESS, "--json", "-")
        assert code == 0, err
        assert json.loads(out)["data_sets"][0]["samples"] == 48


def test_stored_pairs_are_evaluated_as_lav_does_it(run, lines_bundle, lists, tmp_path):
    pairs = tmp_path / "pairs"
    words = ["--data.lists", lists[0], *IN_PROCESS, "--dump", pairs, "--json", "-"]
    _, out, _ = run("tfaip-lav", "--export_dir", lines_bundle, *words)
    expected = json.loads(out)["data_sets"][0]["evaluator"]
    for about in (["--scenario", "lines_scenario"], ["--export_dir", lines_bundle]):
        code, out, err = run("tfaip-evaluate", *about, "--prediction", pairs / "l0", "--json", "-")
        assert code == 0, err
        assert json.loads(out)["evaluator"] == expected
    _, out, _ = run(
        "tfaip-evaluate", "--scenario", "lines_scenario", "--prediction", pairs / "l0", "--evaluator.scale", "3"
    )
    assert "60" in out


MISTAKES = {
    "not a bundle": (["tfaip-predict", "--export_dir", "."], [". is no bundle, it has no scenario_params.json"]),
    "missing bundle": (["tfaip-lav", "--export_dir", "no/such"], ["a bundle is a folder, but no/such is not there"]),
    "no bundle named": (["tfaip-predict", "--data.count", "3"], ["expects --export_dir FOLDER, got: --data.count 3"]),
    "no bundles named": (["tfaip-multi-lav", "--lav.silent"], ["expects --export_dirs FOLDER, got: --lav.silent"]),
    "two bundles for one": (
        ["tfaip-lav", "--export_dir", "a", "b"],
        ["expects one bundle, got 2: a b; for their vote: tfaip-multi-lav --export_dirs a b"],
    ),
    "wrong argument": (
        ["tfaip-predict", "--export_dir", "BUNDLE", "--pipeline.batchsize", "3"],
        ["--pipeline.batchsize", "--pipeline.batch_size"],
    ),
    "wrong choice": (
        ["tfaip-predict", "--export_dir", "BUNDLE", "--on_error", "ignore"],
        ["--on_error", "'ignore'", "raise", "skip"],
    ),
    "voter that is not there": (
        ["tfaip-multi-lav", "--export_dirs", "BUNDLE", "--voter", "Medium"],
        ["--voter", "'Medium'", "Majority"],
    ),
    "weights that do not fit": (
        ["tfaip-predict", "--export_dir", "BUNDLE", "BUNDLE", "--voter", "WeightedMean", "--voter.weights", "1"],
        ["voter.weights must be >= 0, one for each of the 2 models and not all 0, got [1.0]"],
    ),
    "dump that is there": (
        ["tfaip-predict", "--export_dir", "BUNDLE", "--dump", "/tmp"],
        ["a dump must be written to a new folder, but there is /tmp already"],
    ),
    "results that cannot be written": (
        ["tfaip-lav", "--export_dir", "BUNDLE", "--json", "/no/such/folder/x.json"],
        ["the results cannot be written to /no/such/folder/x.json: No such file or directory"],
    ),
    "nothing to evaluate with": (
        ["tfaip-evaluate", "--prediction", "x"],
        ["expects one --scenario SCENARIO or --export_dir BUNDLE, got: --prediction x"],
    ),
    "nothing to evaluate": (
        ["tfaip-evaluate", "--scenario", "lines_scenario"],
        ["--prediction"],
    ),
    "not a dump": (
        ["tfaip-evaluate", "--scenario", "lines_scenario", "--prediction", "/tmp"],
        ["a dump is a folder with the file samples.jsonl, but /tmp has none"],
    ),
    "not a scenario": (
        ["tfaip-evaluate", "--scenario", "lines_scenari", "--prediction", "x"],
        ["no module 'lines_scenari'"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_short_message_and_exit_code_2(run, exported, name):
    words, messages = MISTAKES[name]
    code, _, err = run(*(str(exported[0].path) if word == "BUNDLE" else word for word in words))
    assert code == 2, err
    assert "Traceback" not in err
    for message in messages:
        assert message in " ".join(err.split())


def test_predictions_without_targets_are_not_evaluated(run, exported, tmp_path):
    run("tfaip-predict", "--export_dir", exported[0].path, *IN_PROCESS, "--dump", tmp_path / "dump")
    code, _, err = run("tfaip-evaluate", "--scenario", "lines_scenario", "--prediction", tmp_path / "dump")
    assert code == 2
    assert "an evaluator needs targets, but sample 0 of" in err
    assert "tfaip-predict --dump --predict.include_targets" in err


@pytest.mark.parametrize(
    "words",
    [
        ["--export_dir", "BUNDLE", "--help"],
        ["lav", "--export_dir", "BUNDLE", "--help"],
        ["multi-lav", "--export_dirs", "BUNDLE", "--help"],
        ["--export_dir", "BUNDLE", "BUNDLE", "--help"],
        ["evaluate", "--scenario", "lines_scenario", "--help"],
        ["evaluate", "--scenario", "lines_scenario", "--prediction", "DUMP"],
        ["--export_dir", "BUNDLE", "--predict.nothing"],
    ],
)
def test_no_command_imports_tensorflow_before_it_computes(exported, lines_bundle, lists, run, tmp_path, words):
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise AssertionError('imported')")
    if "DUMP" in words:
        run("tfaip-lav", "--export_dir", lines_bundle, *IN_PROCESS, "--data.lists", lists[0], "--dump", tmp_path / "d")
    named = {"BUNDLE": str(exported[0].path), "DUMP": str(tmp_path / "d" / "l0")}
    done = subprocess.run(
        [sys.executable, "-m", "tfaip.predict", *(named.get(word, word) for word in words)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parent)])},
        check=False,
    )
    assert "imported" not in done.stderr
    assert done.returncode == (2 if "--predict.nothing" in words else 0), done.stderr


def test_help_shows_all_that_can_be_set(run, exported):
    _, out, _ = run("tfaip-predict", "--export_dir", exported[0].path, "--help", "all")
    assert "sets --pipeline.batch_size" in out
    for argument in (
        *("--data.count", "--pipeline.batch_size", "--predict.include_targets", "--device.gpus", "--dump"),
        *("--run_eagerly", "--on_error", "--benchmark"),
    ):
        assert argument in out
    _, out, _ = run("tfaip-multi-lav", "--export_dirs", exported[0].path, "--help")
    for argument in ("--voter", "--voter.probabilities", "--lav.print_limit", "--json", "--tensorboard"):
        assert argument in out


@pytest.mark.parametrize(
    ("broken", "message"),
    [("serve/saved_model.pb", "serve"), ("scenario_params.json", "it has no scenario_params.json")],
)
def test_a_broken_bundle_is_one_message_and_exit_code_2(run, exported, tmp_path, broken, message):
    bundle = tmp_path / "best"
    shutil.copytree(exported[0].path, bundle)
    (bundle / broken).unlink()
    code, _, err = run("tfaip-predict", "--export_dir", bundle, *IN_PROCESS)
    assert code == 2, err
    assert message in err
    assert str(bundle) in err
    assert "Traceback" not in err


def test_a_file_that_does_not_decode_names_its_sample_and_keeps_its_traceback(run, lines_bundle, tmp_path):
    (tmp_path / "broken.txt").write_text("no numbers")
    (tmp_path / "all.lst").write_text(f"{tmp_path}/broken.txt\n0 1\n")
    words = ["tfaip-predict", "--export_dir", lines_bundle, *IN_PROCESS, "--data.lists", tmp_path / "all.lst"]
    with pytest.raises(ValueError, match="could not convert") as raised:
        run(*words)
    assert raised.value.__notes__[-1].startswith("in ParseLine, sample 0 of epoch 0 (meta {'line': '")
    code, out, err = run(*words, "--on_error", "skip")
    assert code == 0
    assert len(out.splitlines()) == 1
    assert "Predicted samples: 1, dropped or skipped: 1" in err
