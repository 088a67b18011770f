"""Run folders read from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import REAL_WORKBOOKS

from tfaip.experimenter.results.table import metric_columns
from tfaip.experimenter.run_folder.main_metric import lower_is_better, main_metric
from tfaip.experimenter.run_folder.progress import RunProgress, read_progress


def test_an_empty_folder_tells_nothing(tmp_path: Path) -> None:
    assert read_progress(tmp_path / "none") == RunProgress()


def test_status_and_metrics_tell_epochs_and_the_best(tmp_path: Path) -> None:
    status = {"state": "running", "epoch": 3, "epochs": 10, "eta": 12.5, "best_value": 0.9, "best_epoch": 2}
    (tmp_path / "status.json").write_text(json.dumps(status))
    epochs = [
        {"epoch": 1, "step": 10, "time": 1.0, "acc": 0.5, "val_acc": 0.6},
        {"epoch": 2, "step": 20, "time": 2.0, "acc": 0.7, "val_acc": 0.9},
        {"epoch": 3, "step": 30, "time": 3.0, "acc": 0.8, "val_acc": None},
    ]
    text = "\n".join(map(json.dumps, epochs)) + '\n{"epoch": 4, "st'
    (tmp_path / "metrics.jsonl").write_text(text)
    assert read_progress(tmp_path) == RunProgress(
        epoch=3,
        epochs=10,
        eta=12.5,
        last={"acc": 0.8},
        best={"acc": 0.7, "val_acc": 0.9},
        best_epoch=2,
        metric="val_acc",
    )


def test_a_run_tells_which_of_its_metrics_are_losses(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text(json.dumps({"losses": ["loss", "parity", 3]}))
    assert read_progress(tmp_path).losses == {"loss", "val_loss", "parity", "val_parity"}
    (tmp_path / "status.json").write_text(json.dumps({"losses": "loss"}))
    assert read_progress(tmp_path).losses == set()


def test_losses_are_better_when_lower_whatever_they_are_called() -> None:
    progress = [
        RunProgress(best={"digit": value, "top": value}, last={"digit": value}, losses=frozenset({"digit"}))
        for value in (0.1, 0.2)
    ]
    lower = {column.title: column.lower_is_better for column in metric_columns(progress, None)}
    assert lower == {
        "digit in best epoch": True,
        "top in best epoch": False,
        "best epoch": None,
        "last digit": True,
        "last top": False,
    }


def test_an_epoch_that_was_repeated_counts_as_it_was_last(tmp_path: Path) -> None:
    lines = [{"epoch": 1, "loss": 3.0}, {"epoch": 2, "loss": 2.0}, {"epoch": 2, "loss": 1.0}]
    (tmp_path / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)))
    found = read_progress(tmp_path)
    assert (found.last, found.best_epoch, found.best_value) == ({"loss": 1.0}, 2, 1.0)


def test_the_results_lines_of_a_log_are_enough(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(
        "12:00 INFO Results of epoch    1 acc: 0.5 - val_loss: 2.5e-04 - loss/mean: nan\n"
        "12:01 INFO something else\n"
        "12:01 INFO the text of a sample: Results of epoch    9 acc: 1.0\n"
        "12:02 INFO Results of epoch    2 acc: 0.75 - val_loss: 3.0\n"
    )
    found = read_progress(tmp_path)
    assert found.epoch == 2
    assert found.last == {"acc": 0.75, "val_loss": 3.0}
    assert (found.metric, found.best_epoch, found.best) == ("val_loss", 1, {"acc": 0.5, "val_loss": 2.5e-4})


def test_logs_of_the_older_tool_are_read() -> None:
    folder = REAL_WORKBOOKS / "1"
    if not folder.exists():
        pytest.skip(f"{folder} isn't there")
    found = read_progress(folder)
    assert found.epoch == 2
    assert found.last["val_keras_loss"] == 7.3559
    assert len(found.last) == 16


def test_broken_files_are_no_progress_but_a_problem(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text("[1, 2")
    (tmp_path / "metrics.jsonl").write_bytes(b"\xff\xfe garbage\n[]\n")
    problem = "status.json is no JSON; metrics.jsonl has 2 lines that can't be read"
    assert read_progress(tmp_path) == RunProgress(problem=problem)


@pytest.mark.parametrize(
    ("names", "main"),
    [
        (["loss", "acc", "val_loss", "val_acc", "lr"], "val_acc"),
        (["loss", "val_loss", "acc"], "val_loss"),
        (["loss", "acc", "lr"], "acc"),
        (["lr"], None),
    ],
)
def test_runs_are_compared_by_a_validation_metric(names: list[str], main: str | None) -> None:
    assert main_metric(names) == main


@pytest.mark.parametrize(
    ("name", "lower"),
    [
        ("val_loss", True),
        ("val_CER", True),
        ("loss/mean_epoch", True),
        ("val_acc", False),
        ("f1", False),
        ("closs", False),
    ],
)
def test_names_tell_which_direction_is_better(name: str, lower: bool) -> None:
    assert lower_is_better(name) is lower
