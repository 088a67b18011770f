"""Searches: the same trials whatever happens, the early end of bad runs, Optuna's storage, and orders for trials."""

from __future__ import annotations

import math
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart

pytest.importorskip("optuna")
import optuna
from search_engine import EPOCHS, Engine, Killed, search
from sqlalchemy import event
from sqlalchemy.engine import Engine as Database

from tfaip.experimenter import ExperimenterError, read_plan, update_results
from tfaip.experimenter.orders import cancel_runs, retry_runs
from tfaip.experimenter.queue import membership, scheduler, store
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.results.drawn_search import begin_axis
from tfaip.experimenter.search import running_search
from tfaip.experimenter.search.params import HalvingPrunerParams, NoPrunerParams
from tfaip.experimenter.search.records import Outcome, TrialRecord, read_search, read_trials
from tfaip.experimenter.search.storage import Storage
from tfaip.experimenter.search.study import SearchStudy

MakeWorkbook = Callable[..., Path]
OPTIMUM = {"x": 0.01, "n": 4}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The scheduler looks around in each round; importances and copies are left out, unless a test is about them."""
    monkeypatch.setattr(scheduler, "LOOK_AROUND_SECONDS", 0.0)
    if "importances" not in request.fixturenames:
        monkeypatch.setattr(SearchStudy, "importances", lambda *_: {})
    if "copies" not in request.fixturenames:
        monkeypatch.setattr(Storage, "write", lambda *_, **__: None)


@pytest.fixture
def importances() -> None:
    """Let importances be computed, whose code takes a second to load."""


@pytest.fixture
def copies() -> Iterator[None]:
    """Let trials be copied to Optuna's storage, which takes a second to make; here without waiting for the disk."""

    def hurry(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(Database, "connect", hurry)
    yield
    event.remove(Database, "connect", hurry)


def curve(values: dict[str, str], epoch: int) -> dict[str, float]:
    """A loss whose optimum is known, and which falls with the epochs."""
    bad = (math.log10(float(values["x"])) + 2) ** 2 + 0.05 * (int(values["n"]) - 4) ** 2 + (values["act"] == "gelu")
    return {"val_loss": bad + 1 / epoch, "val_acc": 1 / (1 + bad)}


def sheet(workbook: MakeWorkbook, trials: object = 12, objective: object = "val_loss", x: str = "log(1e-4, 1)") -> Path:
    return workbook(
        ["COMMAND", "ID", "TRIALS", "OBJECTIVE", "PARAMS"],
        [None, None, None, None, "default"],
        [None, None, None, None, "x", "n", "act", "output_dir"],
        ["train", "a", trials, objective, x, "int(1, 9)", "{relu | gelu}", "runs/a"],
    )


def trials(path: Path) -> list[TrialRecord]:
    kept = Store(StateFolder(path).database)
    try:
        return read_trials(kept)
    finally:
        kept.close()


def states(path: Path) -> dict[str, str]:
    kept = Store(StateFolder(path).database)
    try:
        return {entry.id: entry.state.value for entry in kept.entries()}
    finally:
        kept.close()


def study(path: Path, name: str = "a") -> optuna.Study:
    return optuna.load_study(study_name=name, storage=f"sqlite:///{StateFolder(path).path}/optuna.sqlite")


def test_a_search_becomes_so_many_runs_with_values_of_its_distributions(workbook: MakeWorkbook) -> None:
    path = sheet(workbook)
    engine = Engine(curve)
    code, told = search(path, engine)
    assert code == 0
    found = trials(path)
    assert [trial.id for trial in found] == [f"a/{number}" for number in range(12)]
    assert all(1e-4 <= float(trial.texts["x"]) <= 1 and 1 <= int(trial.texts["n"]) <= 9 for trial in found)
    assert {trial.texts["act"] for trial in found} == {"relu", "gelu"}
    best = min((trial for trial in found if trial.outcome is Outcome.COMPLETE), key=lambda trial: trial.value or 0)
    complete = sum(trial.outcome is Outcome.COMPLETE for trial in found)
    assert told[-1].startswith(f"Best of {complete} complete trials: {best.id}")
    words = next(words for words in engine.words if words[-1] == f"runs/a/{best.number}")
    assert words[:5] == ("train", "--x", best.texts["x"], "--n", best.texts["n"])
    # A second start has nothing to do.
    assert search(path, engine)[0] == 0
    assert len(engine.words) == 12


@pytest.mark.filterwarnings("error::optuna.exceptions.ExperimentalWarning")
def test_the_sampler_finds_the_optimum_better_than_chance(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=30)
    search(path, Engine(curve), pruner=NoPrunerParams())
    losses = [curve(dict(trial.texts), EPOCHS)["val_loss"] for trial in trials(path)]
    # The first ten trials are random.
    assert median(losses[20:]) < 0.5 * median(losses[:10])
    assert min(losses) < 0.3


@pytest.mark.usefixtures("copies")
@pytest.mark.parametrize("pruner", [None, HalvingPrunerParams(factor=2)], ids=["median", "halving"])
@pytest.mark.takes_long
def test_a_search_that_is_killed_anywhere_has_the_same_trials(
    workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch, pruner: HalvingPrunerParams | None
) -> None:
    more = {"pruner": pruner} if pruner else {}
    path = sheet(workbook)
    search(path, Engine(curve), **more)
    undisturbed = trials(path)
    assert {trial.outcome for trial in undisturbed} == {Outcome.COMPLETE, Outcome.PRUNED}
    kept = [(trial.state, trial.params, trial.values) for trial in study(path).trials]

    again = StateFolder(path, Path("elsewhere"))
    assert again.path != StateFolder(path).path
    StateFolder(path).path.rename("done")
    steps = iter(range(1_000_000))
    # At steps of all kinds: while a trial is made, submitted, looked at, ended, and while the next start catches up.
    kill_at = {3, 4, 9, 17, 26, 45, 71, 98, 130, 161}

    def killing(what: str) -> None:
        if next(steps) in kill_at:
            raise Killed(what)

    # Each start is a process of its own, and none of them lives when the next one looks.
    starts = iter(range(1_000_000, 2_000_000))
    monkeypatch.setattr(membership, "own_identity", lambda: f"{next(starts)} 1 {socket.gethostname()}")
    engine = Engine(curve)
    engine.before = killing
    for module, name in ((running_search, "write_trial"), (running_search, "write_search"), (store.Store, "take_over")):
        monkeypatch.setattr(module, name, _killed_around(getattr(module, name), killing))
    kills = 0
    while True:
        try:
            code, _ = search(path, engine, **more)
            break
        except Killed:
            kills += 1
    assert code == 0
    assert kills == len(kill_at)
    assert trials(path) == undisturbed
    assert [(trial.state, trial.params, trial.values) for trial in study(path).trials] == kept


def _killed_around(function: Callable[..., None], killing: Callable[[str], None]) -> Callable[..., None]:
    def call(*args: object) -> None:
        killing(f"before {function.__name__}")
        function(*args)
        killing(f"after {function.__name__}")

    return call


def test_another_seed_gives_other_trials_and_the_same_seed_the_same(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=3)
    found = []
    for seed in (0, 1, 0):
        search(path, Engine(curve), seed=seed)
        found.append([trial.texts for trial in trials(path)])
        StateFolder(path).path.rename(f"done {len(found)}")
    assert found[0] == found[2]
    assert all(one != other for one, other in zip(found[0], found[1], strict=True))


def test_a_run_that_is_worse_than_the_others_is_stopped_and_the_best_one_is_not(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=20)
    engine = Engine(curve)
    search(path, engine)
    pruned = [trial for trial in trials(path) if trial.outcome is Outcome.PRUNED]
    assert len(pruned) >= 5
    assert engine.epochs < 0.8 * 20 * EPOCHS
    stopped = [identity for identity, state in states(path).items() if state == "pruned"]
    assert stopped
    assert set(stopped) <= {trial.id for trial in pruned}
    best = min(trials(path), key=lambda trial: curve(dict(trial.texts), EPOCHS)["val_loss"])
    assert best.outcome is Outcome.COMPLETE
    assert all(trial.value is None and 0 < len(trial.steps) < EPOCHS for trial in pruned)


@pytest.mark.usefixtures("copies")
def test_optuna_reads_all_trials_with_their_epochs(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, objective="max val_acc")
    search(path, Engine(curve), slots=3)
    kept = study(path)
    assert kept.direction is optuna.study.StudyDirection.MAXIMIZE
    for record, trial in zip(trials(path), kept.trials, strict=True):
        assert trial.state.name.lower() == record.outcome
        assert trial.params["n"] == int(record.texts["n"])
        assert trial.params["act"] == record.texts["act"]
        assert trial.intermediate_values == record.steps
    complete = {record.number: record.value for record in trials(path) if record.outcome is Outcome.COMPLETE}
    assert kept.best_value == max(complete.values())


@pytest.mark.usefixtures("copies")
def test_a_storage_that_is_broken_or_removed_loses_nothing(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=2)
    engine = Engine(curve)
    search(path, engine)
    file = StateFolder(path).path / "optuna.sqlite"
    file.write_text("no database at all")
    code, told = search(sheet(workbook, trials=4), engine)
    assert code == 0
    assert sum("optuna-dashboard" in text for text in told) == 1
    file.unlink()
    search(sheet(workbook, trials=5), engine)
    assert len(study(path).trials) == 5
    assert [trial.number for trial in trials(path)] == [0, 1, 2, 3, 4]


def test_the_own_log_of_the_runs_counts_where_the_row_names_none(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=3, objective=None)
    search(path, Engine(curve))
    kept = Store(StateFolder(path).database)
    record = read_search(kept, "a")
    kept.close()
    assert record is not None
    assert record.objective is not None
    assert (record.objective.log, record.objective.lower) == ("val_acc", False)


def test_a_log_that_no_run_writes_ends_the_search_and_is_told_with_those_that_there_are(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=5, objective="val_accuracy")
    engine = Engine(curve)
    code, told = search(path, engine)
    assert code == 1
    assert len(engine.words) == 1
    assert "the run a/0 has written no log val_accuracy; its logs are val_acc, val_loss" in told[0]
    code, _ = search(sheet(workbook, trials=5, objective="val_acc"), engine)
    assert code == 0
    assert [trial.outcome for trial in trials(path)].count(Outcome.UNMEASURED) == 0
    assert len(engine.words) == 5


def test_a_trial_that_diverges_has_failed_and_the_search_goes_on(workbook: MakeWorkbook) -> None:
    def diverging(values: dict[str, str], epoch: int) -> dict[str, float]:
        return {"val_loss": math.nan} if len(engine.words) in (1, 3) else curve(values, epoch)

    path = sheet(workbook, trials=4)
    engine = Engine(diverging)
    assert search(path, engine)[0] == 0
    assert [trial.outcome.value for trial in trials(path)] == ["failed", "complete", "failed", "complete"]


def test_hidden_rows_get_no_further_trials_and_stop_nothing(workbook: MakeWorkbook) -> None:
    engine = Engine(curve)
    search(sheet(workbook, trials=2), engine)
    path = sheet(workbook, trials=9, x="log(1e-3, 1)")
    book = openpyxl.load_workbook(path)
    book["runs"].row_dimensions[4].hidden = True
    book.save(path)
    assert search(path, engine)[0] == 0
    assert len(engine.words) == 2


def test_another_log_is_measured_anew(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=3, objective="val_loss")
    search(path, Engine(curve))
    search(sheet(workbook, trials=3, objective="max val_acc"), Engine(curve))
    values = [trial.value for trial in trials(path)]
    assert values == [curve(dict(trial.texts), EPOCHS)["val_acc"] for trial in trials(path)]


def test_other_distributions_are_refused_once_a_search_has_begun(workbook: MakeWorkbook) -> None:
    search(sheet(workbook, trials=2), Engine(curve))
    with pytest.raises(ExperimenterError, match=r"row 4: the search a has begun with other distributions \(x log"):
        search(sheet(workbook, trials=2, x="log(1e-3, 1)"), Engine(curve))


def test_runs_of_other_rows_keep_their_place(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "TRIALS", "PARAMS"],
        [None, None, None, "default"],
        [None, None, None, "x", "n", "act", "output_dir"],
        ["train", "first", None, "1", "1", "relu", "runs/first"],
        ["train", "a", 2, "log(1e-4, 1)", "int(1, 9)", "relu", "runs/a"],
        ["train", "b", 1, "log(1e-4, 1)", "1", "relu", "runs/b"],
        ["train", "last", None, "1", "1", "relu", "runs/last"],
    )
    engine = Engine(curve)
    assert search(path, engine)[0] == 0
    assert [words[-1] for words in engine.words] == ["runs/first", "runs/a/0", "runs/a/1", "runs/b/0", "runs/last"]


@pytest.mark.usefixtures("copies")
def test_a_failed_trial_is_told_to_optuna_and_tried_again_at_the_next_start(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=3)
    engine = Engine(curve)
    poll = engine.poll
    failing = {"runs/a/1"}

    def fail(key: str) -> object:
        found = poll(key)
        from tfaip.experimenter import Ended

        return Ended(1, 1.0, 2.0) if engine.jobs[key]["values"]["output_dir"] in failing else found

    engine.poll = fail  # type: ignore[method-assign,assignment]
    assert search(path, engine)[0] == 1
    assert [trial.state.name for trial in study(path).trials] == ["COMPLETE", "FAIL", "COMPLETE"]
    failing.clear()
    assert search(path, engine)[0] == 0
    assert [trial.state.name for trial in study(path).trials] == ["COMPLETE"] * 3
    assert len(engine.words) == 4


def test_cancel_and_retry_take_a_whole_search_or_one_trial(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=12)
    engine = Engine(curve)
    search(path, engine)
    state, told = StateFolder(path), list[str]()
    pruned = next(identity for identity, found in states(path).items() if found == "pruned")
    retry_runs(state, [pruned], told.append)
    assert search(path, engine)[0] == 0
    assert states(path)[pruned] == "finished"
    assert next(trial for trial in trials(path) if trial.id == pruned).outcome is Outcome.COMPLETE
    cancel_runs(state, ["a"], told.append)
    before = len(engine.words)
    search(sheet(workbook, trials=14), engine)
    assert len(engine.words) == before
    retry_runs(state, ["a"], told.append)
    search(sheet(workbook, trials=14), engine)
    assert len(engine.words) == before + 2
    assert told[1:] == ["a gets no further trials.", "a gets further trials."]


@pytest.mark.usefixtures("importances")
def test_importances_need_no_scikit_learn(workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    path = sheet(workbook, trials=12)
    search(path, Engine(curve))
    kept = Store(StateFolder(path).database)
    record = read_search(kept, "a")
    kept.close()
    assert record is not None
    assert record.importances.keys() == {"x", "n", "act"}


@pytest.mark.usefixtures("importances")
def test_the_results_have_the_best_trial_on_top_the_importances_and_charts(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, trials=12)
    engine = Engine(curve)
    search(path, engine)
    update_results(read_plan(path), print)
    book = openpyxl.load_workbook(path)
    results = book["tfaip results"]
    rows = [row for row in results.iter_rows(values_only=True) if row[0] is not None]
    titles = list(rows[0])
    table = rows[1:13]
    assert titles[:4] == ["ID", "trial", "objective", "state"]
    values = [row[2] for row in table if row[3] == "finished"]
    assert values == sorted(values)
    assert table[0][2] == min(values)
    assert {row[0] for row in table} == {f"a/{number}" for number in range(12)}
    below = {row[0]: row[1] for row in rows[13:]}
    assert set(below) >= {"x", "n", "act", "parameter"}
    assert below["x"] + below["n"] + below["act"] == pytest.approx(1, abs=1e-3)
    assert below["x"] == max(below["x"], below["n"], below["act"])
    runs, scatter, importance = results._charts
    assert (text_of(runs.y_axis.title), runs.y_axis.scaling.min) == ("best val_acc", 0)
    assert (text_of(scatter.x_axis.title), scatter.x_axis.scaling.min) == ("trial", 0)
    assert (text_of(scatter.y_axis.title), scatter.y_axis.scaling.min) == ("val_loss", 0)
    assert (text_of(importance.x_axis.title), text_of(importance.y_axis.title)) == ("parameter", "importance")


def text_of(title: Any) -> str:
    return str(title.tx.rich.p[0].r[0].t)


@pytest.mark.parametrize(
    ("values", "begin", "title"),
    [
        ([0.1, 0.9], 0, "acc"),
        ([0.912, 0.969], 0.91, "acc (axis begins at 0.91)"),
        ([0.5, 0.5], 0.5, "acc (axis begins at 0.5)"),
        ([-3.2, 4.0], -4, "acc (axis begins at -4)"),
        ([math.nan], None, "acc"),
    ],
)
def test_an_axis_begins_at_zero_or_says_where(values: list[float], begin: float | None, title: str) -> None:
    chart = BarChart()
    begin_axis(chart.y_axis, "acc", values)
    assert chart.y_axis.scaling.min == pytest.approx(begin)
    assert text_of(chart.y_axis.title) == title


def test_searches_without_optuna_name_the_extra_before_anything_runs(
    workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tfaip.experimenter.session.find_spec", lambda name: None)
    with pytest.raises(ExperimenterError, match=r"pip install 'tfaip-experimenter\[search\]'"):
        search(sheet(workbook), Engine(curve))
