"""A training returns its history, and a notebook shows it while it grows."""

import math
import sys
from types import SimpleNamespace

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import History
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.notebook import NotebookProgress, in_notebook

ROWS = [
    {"epoch": 1, "step": 3, "time": 0.0, "loss": 0.5, "val_loss": 0.75, "lr": 0.1},
    {"epoch": 2, "step": 6, "time": 1.0, "loss": 0.25, "val_loss": None, "lr": 0.1, "lav_acc": 1.0},
]


@pytest.fixture
def history():
    history = History({"loss": 0.25})
    history.epochs, history.best_epoch = list(ROWS), 2
    return history


def test_a_training_returns_all_epochs_and_where_its_models_are(points_params, tmp_path):
    params = points_params(tmp_path / "run", epochs=2)
    history = PointsScenario.create_trainer(params).train()
    assert [row["epoch"] for row in history.epochs] == [1, 2]
    assert history == {name: value for name, value in history.epochs[-1].items() if name != "epoch"}
    assert (history.best, history.export) == (tmp_path / "run" / "best", tmp_path / "run" / "export")
    assert history.best_value == history.epochs[history.best_epoch - 1][history.best_log]

    params.epochs = 3
    resumed = PointsScenario.create_trainer(params).resume()
    assert [row["epoch"] for row in resumed.epochs] == [1, 2, 3]
    assert resumed.epochs[0]["loss"] == history.epochs[0]["loss"]


def test_a_training_without_a_folder_has_no_bundles(points_params):
    history = PointsScenario.create_trainer(points_params(None, epochs=1)).train()
    assert (len(history.epochs), history.best_epoch, history.best, history.export) == (1, 1, None, None)


def test_a_history_becomes_a_table_of_pandas(history):
    pytest.importorskip("pandas", reason="pandas is not installed")
    table = history.to_pandas()
    assert list(table.columns) == ["loss", "val_loss", "lr", "lav_acc"]
    assert table.index.tolist() == [1, 2]
    assert table["val_loss"].isna().tolist() == [False, True]


def test_a_history_is_plotted_with_training_and_validation_in_one_chart(history):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    figure = history.plot()
    assert figure._repr_png_().startswith(b"\x89PNG")  # a notebook shows it without more ado
    assert [axes.get_title() for axes in figure.axes] == ["loss", "lr", "lav_acc"]
    assert [line.get_label() for line in figure.axes[0].lines] == ["training", "validation", "best epoch"]
    assert len(history.plot("loss").axes) == 1
    with pytest.raises(KeyError, match="there is no log 'los'; there are loss, val_loss, lr, lav_acc"):
        history.plot("los")


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ([0.9, 0.2], True),
        ([0.0, 1e-5], True),
        ([0.97, 0.99], False),
        ([-1.0, 3.0], False),
        ([0.9, math.nan, 0.2], True),
    ],
)
def test_the_axis_of_a_chart_begins_at_zero_or_says_otherwise(values, begins):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    history = History()
    history.epochs = [{"epoch": number, "acc": value} for number, value in enumerate(values, 1)]
    (axes,) = history.plot().axes
    assert (axes.get_ylim()[0] == 0, axes.get_ylabel() == "") == (begins, begins)


def test_a_missing_library_is_named_with_the_command_that_installs_it(history, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="this needs pandas: pip install pandas"):
        history.to_pandas()


def test_an_empty_history_has_no_table():
    assert (History().epochs, History()._repr_html_()) == ([], "")


@pytest.fixture
def shown(monkeypatch):
    """The HTML of each display and update, in the process of a notebook."""
    outputs = []

    def display(html, display_id):
        assert display_id is True
        outputs.append(html)
        return SimpleNamespace(update=outputs.append)

    ipython = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=None))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=str, display=display))
    return outputs


def test_a_notebook_shows_one_display_with_the_bar_above_the_epochs(shown, history):
    assert in_notebook()
    progress = EpochProgress(3, 5, 100, read_logs=lambda: {"<b>loss": 0.125})
    progress.add(4, 40, 1.0, 0.0)
    with NotebookProgress(history) as display:
        display.show(progress)
        display.show(progress)  # too soon to be drawn anew
        display.note("exporting & more")
    started, drawn, noted, ended = shown
    assert "preparing" in started
    assert '<progress value="40" max="100"' in drawn
    assert "&lt;b&gt;loss 0.1250" in drawn
    assert "exporting &amp; more" in noted
    assert "<progress" not in ended
    assert "<td>2*</td>" in ended


def test_a_notebook_shows_a_bar_without_a_share_where_the_samples_are_not_known(shown):
    with NotebookProgress(History()) as display:
        display.show(EpochProgress(1, 1, None))
    assert "<progress style" in shown[1]


def test_a_notebook_shows_how_a_training_was_ended(shown, history):
    with pytest.raises(KeyboardInterrupt), NotebookProgress(history):
        raise KeyboardInterrupt
    assert "ended by KeyboardInterrupt" in shown[-1]


def test_a_script_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
