"""A cross-validation: a run for each fold, resumed after an interrupt, and a table."""

import json

import pytest

from tfaip.trainer.cli import cross_validate
from tfaip.trainer.cross_validation import FoldError, FoldResults, Folds
from tfaip.trainer.folder.run_folder import RunFolder


class FakeTrainings:
    """Write what a training of a fold leaves; ends with the given exit codes, one a call."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.called = []

    def __call__(self, words):
        self.called.append(list(words))
        code = self.codes.pop(0) if self.codes else 0
        is_new = words[0] == "train"
        run = RunFolder(words[words.index("--trainer.output_dir") + 1] if is_new else words[1])
        run.path.mkdir(parents=True, exist_ok=True)
        run.trainer_params.write_text("{}")
        write_run(run, "finished" if code == 0 else "stopped", 0.5)
        return code


def write_run(run, state, *accuracies, best=None):
    run.path.mkdir(parents=True, exist_ok=True)
    run.status.write_text(json.dumps({"state": state, "best_epoch": best or len(accuracies)}))
    lines = [
        json.dumps({"epoch": epoch, "step": epoch, "loss": 1.0, "val_acc": accuracy})
        for epoch, accuracy in enumerate(accuracies, 1)
    ]
    run.metrics.write_text("\n".join(lines) + "\n")


def test_each_fold_is_held_out_once(tmp_path):
    trainings = FakeTrainings()
    Folds(tmp_path, 3, "my.scenario", ["--epochs", "2"], call=trainings).train()
    assert [words[: words.index("--trainer.output_dir")] for words in trainings.called] == [
        ["train", "my.scenario", "--epochs", "2"]
    ] * 3
    assert [words[-1] for words in trainings.called] == ["0", "1", "2"]
    assert {words[words.index("--trainer.gen.validation_folds") + 1] for words in trainings.called} == {"3"}


def test_finished_folds_stay_and_an_interrupted_one_is_resumed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        Folds(tmp_path, 3, "my.scenario", [], call=FakeTrainings(0, 130)).train()
    again = FakeTrainings()
    Folds(tmp_path, 3, "my.scenario", [], ["mine"], call=again).train()
    assert again.called[0] == ["resume-training", str(tmp_path / "fold-2"), "--trust", "mine"]
    assert [words[0] for words in again.called] == ["resume-training", "train"]


def test_a_failed_fold_ends_the_command_with_its_number(tmp_path):
    with pytest.raises(FoldError, match="fold 2 failed with exit code 2"):
        Folds(tmp_path, 3, "my.scenario", [], call=FakeTrainings(0, 2)).train()


def test_a_folder_with_folds_of_other_arguments_is_refused(tmp_path):
    Folds(tmp_path, 2, "my.scenario", ["--epochs", "2"], call=FakeTrainings()).train()
    with pytest.raises(FoldError, match="holds folds of other arguments"):
        Folds(tmp_path, 2, "my.scenario", ["--epochs", "3"], call=FakeTrainings()).train()


def test_a_folder_with_a_run_of_that_name_is_refused(tmp_path):
    (tmp_path / "fold-1").mkdir()
    with pytest.raises(FoldError, match="unknown training"):
        Folds(tmp_path, 2, "my.scenario", [], call=FakeTrainings()).train()


def test_results_are_those_of_the_best_epochs(tmp_path):
    runs = [RunFolder(tmp_path / name) for name in ("fold-1", "fold-2")]
    write_run(runs[0], "finished", 0.5, 0.8, 0.7, best=2)
    write_run(runs[1], "finished", 0.6, 0.4, best=1)
    results = FoldResults(runs)
    stored = json.loads(results.write(tmp_path).read_text())["logs"]
    assert stored == {
        "val_acc": {
            "values": [0.8, 0.6],
            "mean": pytest.approx(0.7),
            "std": pytest.approx(0.1414213562),
        }
    }


def test_the_table_shows_folds_mean_and_deviation(tmp_path, capsys):
    from tfaip.params.table_console import print_table

    runs = [RunFolder(tmp_path / name) for name in ("fold-1", "fold-2")]
    write_run(runs[0], "finished", 0.8)
    write_run(runs[1], "finished", 0.6)
    print_table(FoldResults(runs).table())
    text = capsys.readouterr().out
    assert "fold 2" in text
    assert "0.7 ± 0.14" in text


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run the command as far as its folds, whose words come back."""

    class BegunError(Exception):
        pass

    def begin(folder, count, scenario, words, trust):
        raise BegunError(words)

    monkeypatch.setattr(cross_validate, "Folds", begin)

    def run(*words):
        scenario = "tfaip.model.testing.points.scenario:PointsScenario"
        with pytest.raises((BegunError, SystemExit)) as ended:
            cross_validate.main([scenario, "--folds", "3", "--trainer.output_dir", str(tmp_path / "cv"), *words])
        return ended.value.args[0]

    return run


def test_the_folds_take_the_place_of_a_split_of_the_scenario_or_of_a_config_file(command, tmp_path):
    config = tmp_path / "split.json"
    config.write_text('{"trainer": {"gen": {"validation_split": 0.2}}}')
    assert command("--config", str(config)) == ["--config", str(config), "--trainer.gen.validation_split", "0"]
    assert command("--epochs", "2") == ["--epochs", "2"]


def test_a_split_on_the_line_is_refused(command, capsys):
    assert command("--validation_split", "0.2") == 2
    assert "--folds says what is held out" in capsys.readouterr().err
