import json
import math

from tfaip.trainer.reporting.metrics_file import append_metrics
from tfaip.trainer.reporting.progress import EpochProgress
from tfaip.trainer.reporting.results_line import results_line
from tfaip.trainer.reporting.status_file import StatusFile


def test_the_results_line_is_the_one_that_tools_parse():
    line = results_line(3, {"val_acc": 0.98321, "loss": 0.0897, "acc": 0.9723})
    assert line == "Results of epoch    3 acc: 0.9723 - loss: 0.0897 - val_acc: 0.9832"


def test_small_values_keep_their_digits():
    assert results_line(12, {"lr": 1e-5, "loss": 0.0}) == "Results of epoch   12 loss: 0.0000 - lr: 1.0000e-05"


def test_metrics_are_one_json_object_an_epoch_also_with_nan(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_metrics(path, 1, 250, {"loss": 0.5})
    append_metrics(path, 2, 500, {"loss": math.nan})
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["epoch"], first["step"], first["loss"]) == (1, 250, 0.5)
    assert second["loss"] is None
    assert "time" in first


def test_the_status_is_written_when_the_state_changes(tmp_path):
    path = tmp_path / "status.json"
    status = StatusFile(path, epochs=10)
    status.update(epoch=1, step=5)
    status.end("finished", epoch=10)
    written = json.loads(path.read_text())
    assert (written["state"], written["epoch"], written["step"], written["eta"]) == ("finished", 10, 5, 0.0)
    assert written["pid"]
    assert [p.name for p in tmp_path.iterdir()] == ["status.json"]


def test_progress_counts_speed_waiting_and_what_is_left():
    progress = EpochProgress(epoch=2, epochs=4, total=1000)
    progress.add(samples=250, seconds=2.0, waited=0.5, logs={"loss": 0.1})
    assert progress.samples_per_second == 125
    assert progress.data_wait == 0.25
    assert progress.eta == (750 + 2000) / 125
    assert "loss 0.1000 | 125 samples/s | ETA 0:22 | data wait 25%" in progress.text()


def test_without_a_known_length_there_is_no_eta():
    progress = EpochProgress(epoch=1, epochs=4, total=None)
    progress.add(samples=250, seconds=2.0, waited=0.5, logs={})
    assert progress.eta is None
