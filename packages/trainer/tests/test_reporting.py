import io
import json
import logging
import math
import re

import pytest
from rich.console import Console

from tfaip.model.command.log_format import RESULTS_RECORD
from tfaip.trainer import RunFolderError
from tfaip.trainer.recorders.metrics_file import append_metrics
from tfaip.trainer.reporting.benchmark import Benchmark
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.epoch_table import epoch_table
from tfaip.trainer.reporting.progress import ProgressLines
from tfaip.trainer.reporting.progress_bar import LiveLogs, ProgressBar
from tfaip.trainer.reporting.results_line import results_line
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.reporting.train_log import logged_to


def test_the_results_line_is_the_one_that_tools_parse():
    line = results_line(3, {"val_acc": 0.98321, "loss": 0.0897, "acc": 0.9723})
    assert line == "Results of epoch    3 acc: 0.9723 - loss: 0.0897 - val_acc: 0.9832"


STRANGE = "val\x1b[2J\r\n[bold] :smile: - acc"


def test_the_name_of_a_log_forges_neither_line_nor_value():
    line = results_line(3, {STRANGE: 0.5, "loss": 1.0})
    assert line == r"Results of epoch    3 loss: 1.0000 - val\u001b[2J\r\n[bold] :smile:\u0020- acc: 0.5000"


def test_no_text_in_a_log_is_taken_for_results(tmp_path):
    logger = logging.getLogger("tfaip.trainer")
    forged = "Results of epoch    9 acc: 1.0000"
    with logged_to(tmp_path / "train.log"):
        logger.info(forged)
        logger.warning("a sample:\n2026-01-01 00:00:00,000 INFO     %s", forged)
        logger.info("%s", results_line(3, {f"a\n{forged} - b": 0.5, "loss": 1.0}), extra=RESULTS_RECORD)
    written = (tmp_path / "train.log").read_text()
    assert written.count("Results of epoch") == 1
    assert re.search(r"^[\d:, -]+INFO +Results of epoch    3 .* - loss: 1.0000$", written, re.MULTILINE)


def test_the_name_of_a_log_is_text_in_tables_and_below_the_bar():
    shown = r"val\u001b[2J\r\n[bold] :smile: - acc"
    assert shown in epoch_table([{"epoch": 1, STRANGE: 0.5}])
    assert shown in EpochProgress(1, 1, 10, lambda: {STRANGE: 0.5}).text()
    assert LiveLogs({STRANGE: 0.5}).lines(80) == [f"  {shown} 0.5000"]


def test_small_values_keep_their_digits():
    assert results_line(12, {"lr": 1e-5, "loss": 0.0}) == "Results of epoch   12 loss: 0 - lr: 1e-05"


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
    assert written["losses"] == ["loss"]
    assert [p.name for p in tmp_path.iterdir()] == ["status.json"]


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (None, "finished", "all epochs are done"),
        (KeyboardInterrupt(), "stopped", "SIGINT"),
        (SystemExit(143), "stopped", "SIGTERM"),
        (SystemExit(3), "stopped", "exit code 3"),
        (ValueError("no rows"), "failed", "ValueError: no rows"),
        (KeyError(), "failed", "KeyError"),
        (RunFolderError("it is full"), "failed", "it is full"),
    ],
)
def test_the_status_holds_why_a_run_has_ended(tmp_path, error, state, reason):
    status = StatusFile(tmp_path / "status.json", epochs=1)
    status.note(reason="all epochs are done")
    status.__exit__(type(error) if error else None, error, None)
    written = json.loads((tmp_path / "status.json").read_text())
    assert (written["state"], written["reason"]) == (state, reason)


def test_progress_counts_speed_waiting_and_what_is_left():
    progress = EpochProgress(epoch=2, epochs=4, total=1000, read_logs=lambda: {"loss": 0.1})
    progress.add(steps=25, samples=250, seconds=2.0, waited=0.5)
    assert progress.samples_per_second == 125
    assert progress.data_wait == 0.25
    assert progress.eta == (750 + 2000) / 125
    assert progress.text() == "loss 0.1000 | 125 samples/s  ETA 0:22  data wait 25%"


def test_the_first_call_which_compiles_does_not_count_for_the_speed():
    progress = EpochProgress(epoch=1, epochs=1, total=1000, compiles=True)
    progress.add(steps=1, samples=10, seconds=10.0, waited=0)
    assert progress.eta is None
    assert progress.pace() == "compiled in 0:10  ETA -  data wait 0%"
    progress.add(steps=20, samples=200, seconds=1.0, waited=0)
    assert progress.samples_per_second == 200
    assert progress.summary() == "0:11, 19 samples/s, data wait 0%"


def test_a_resumed_epoch_measures_its_speed_anew():
    progress = EpochProgress(epoch=1, epochs=1, total=1000, compiles=True)
    progress.restore(steps=40, samples=400, seconds=1.0, waited=0)
    progress.add(steps=1, samples=10, seconds=10.0, waited=0)
    progress.add(steps=19, samples=190, seconds=2.0, waited=0)
    assert (progress.samples, progress.samples_per_second, progress.eta) == (600, 95, 400 / 95)


def test_an_epoch_whose_steps_are_compiled_measures_from_its_first_call():
    progress = EpochProgress(epoch=2, epochs=2, total=1000)
    progress.add(steps=25, samples=250, seconds=1.0, waited=0)
    progress.add(steps=25, samples=250, seconds=3.0, waited=0)
    assert progress.eta == 500 / 125


def test_what_is_done_beside_the_steps_of_each_epoch_counts_for_the_time_left():
    progress = EpochProgress(epoch=2, epochs=4, total=1000, beside=5.0)
    progress.add(steps=25, samples=250, seconds=2.0, waited=0.5)
    assert progress.eta == (750 + 2000) / 125 + 3 * 5


def test_without_a_known_length_there_is_no_eta():
    progress = EpochProgress(epoch=1, epochs=4, total=None)
    progress.add(steps=25, samples=250, seconds=2.0, waited=0.5)
    assert progress.eta is None


def test_logs_are_fetched_from_the_device_only_when_they_are_shown():
    fetched = []

    def read():
        fetched.append(1)
        return {"loss": 0.1}

    progress = EpochProgress(epoch=1, epochs=1, total=100, read_logs=read)
    lines, bar = ProgressLines(every=3600), ProgressBar(Console(file=io.StringIO()))
    for _ in range(50):
        progress.add(steps=1, samples=1, seconds=0.1, waited=0)
        lines.show(progress)
    assert not fetched
    for _ in range(50):
        bar.show(progress)
    assert len(fetched) == 1


@pytest.mark.parametrize("count", [1, 4, 60])
@pytest.mark.parametrize("width", [20, 80])
def test_neither_many_metrics_nor_a_narrow_terminal_break_the_live_display(count, width):
    logs = {"loss": 0.1, **{f"some_metric_{number}": number for number in range(count)}, "lr": 1e-3}
    lines = LiveLogs(logs).lines(width)
    assert len(lines) <= 4
    assert all(len(line) <= width for line in lines) or width == 20
    assert lines[0].split()[0] == "loss"
    assert "lr 0.001" in " ".join(lines)


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("", "epoch 12/100"),
        ("augmented", "epoch 12/100 (augmented)"),
        ("augmented by noise and [red]distortions[/red]", "epoch 12/100 (augmente…)"),
        ("数据增强的数据增强的", "epoch 12/100 (数据增强…)"),
        ("two\nlines", "epoch 12/100 (two\\nlin…)"),
    ],
)
def test_a_long_name_of_a_stage_leaves_room_for_the_pace(stage, title):
    drawn = io.StringIO()
    progress = EpochProgress(12, 100, 50_000, stage=stage)
    progress.add(10, 2000, 0.03, 0.01)
    with ProgressBar(Console(file=drawn, width=80, force_terminal=True, color_system="standard")) as bar:
        bar.show(progress)
    lines = re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", drawn.getvalue().replace("\r", "\n")).split("\n")
    line = next(line for line in reversed(lines) if "epoch" in line)
    assert f" {title} " in line
    assert line.endswith("66,667 samples/s  ETA 1:07  data wait 33%")
    assert re.search("[━╸╺]{6}", line)


def test_a_terminal_without_room_shows_the_epoch_without_the_name_of_its_stage():
    assert EpochProgress(12, 100, 10, stage="augmented").title(15) == "epoch 12/100"


def test_logs_that_are_not_shown_for_lack_of_room_are_counted():
    logs = {f"metric_{number}": 0.0 for number in range(50)}
    lines = LiveLogs(logs).lines(80)
    shown = sum(line.count("metric_") for line in lines)
    assert lines[-1].endswith(f"and {50 - shown} more")


def test_the_epoch_table_marks_the_best_and_leaves_out_what_was_not_computed():
    rows = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "step": 10, "time": 3.0, "loss": 0.25, "val_acc": 0.9}]
    assert epoch_table(rows, best_epoch=2).splitlines() == [
        "  epoch     loss   val_acc",
        " ──────────────────────────",
        "  1       0.5000",
        "  2*      0.2500    0.9000",
    ]


def test_the_epoch_table_of_a_long_run_keeps_first_last_and_best():
    rows = [{"epoch": epoch, "loss": 1 / epoch} for epoch in range(1, 1001)]
    lines = epoch_table(rows, best_epoch=123).splitlines()
    assert len(lines) < 30
    epochs = [line.split()[0] for line in lines[2:]]
    assert (epochs[0], epochs[-1]) == ("1", "1000")
    assert "123*" in epochs


def test_the_epoch_table_of_many_logs_goes_on_below():
    rows = [{"epoch": 1, **{f"metric_{number}": number for number in range(30)}}]
    lines = epoch_table(rows, width=80).splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if line.lstrip().startswith("epoch")]
    assert len(heads) > 1
    assert " ".join(heads).count("metric_") == 30


def counted(steps, samples, seconds, waited=0.0) -> EpochProgress:
    progress = EpochProgress(epoch=1, epochs=3, total=None)
    progress.add(steps, samples, seconds, waited)
    return progress


def test_the_benchmark_is_the_mean_of_the_epochs_after_the_first():
    benchmark = Benchmark()
    benchmark.end_epoch(counted(10, 100, 1000.0))
    benchmark.end_epoch(counted(10, 100, 1.0, 0.25))
    benchmark.end_epoch(counted(10, 100, 3.0, 0.25))
    lines = benchmark.table().splitlines()
    assert lines[0].strip() == "Mean of 2 epochs after the first"
    assert lines[3].split() == ["steps", "2.0s", "100%", "200.00", "ms", "20.00", "ms"]
    assert lines[4].split() == ["waiting", "for", "data", "0.2s", "12%", "25.00", "ms", "2.50", "ms"]


def test_the_benchmark_of_a_single_epoch_says_that_it_is_the_first():
    benchmark = Benchmark()
    benchmark.end_epoch(counted(10, 100, 1.0))
    assert "Times of the first epoch, tracing included" in benchmark.table()
    assert Benchmark().table() == ""


def test_what_is_done_beside_the_steps_is_a_row_and_a_part_of_the_whole(monkeypatch):
    clock = iter([0.0, 3.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    benchmark = Benchmark()
    with benchmark.timed("validation"):
        pass
    benchmark.end_epoch(counted(10, 100, 1.0))
    lines = benchmark.table().splitlines()
    assert lines[5].split() == ["validation", "3.0s", "75%"]
    assert lines[6].split()[:3] == ["all", "4.0s", "100%"]
    assert benchmark.beside == 3.0


def test_the_times_of_very_many_epochs_take_the_place_of_two():
    benchmark = Benchmark()
    sizes = []
    for epoch in range(1, 1001):
        with benchmark.timed("validate"):
            pass
        progress = EpochProgress(epoch, 1000, 10, dict)
        progress.add(2, 10, 0.5, 0.0)
        benchmark.end_epoch(progress)
        sizes.append(len(repr(vars(benchmark))))
    assert max(sizes) < 1.2 * sizes[1]
    assert "Mean of 999 epochs after the first" in benchmark.table()
