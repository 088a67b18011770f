"""A run that stood in the folder before the row was started is neither resumed nor replaced by the queue itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.queue.starting import words_of_attempt
from tfaip.experimenter.queue.store import Store

ROW = ("tfaip-train", "my.scenario", "--trainer.output_dir", "out put/1")
RESUMED = ["tfaip-resume-training", "out put/1"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "queue.sqlite")
    yield store
    store.close()


def attempt(number: int, folder: str = "out put/1", words: tuple[str, ...] = ROW) -> Entry:
    return Entry(
        *("1", 4, words, Path(folder).absolute(), folder, (), False, State.RUNNING, number, 0),
        *("key", "cpu:0", "", words, None, None, 0.0, None, ""),
    )


def write_run(folder: str = "out put/1", *, checkpoint: bool = True) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "trainer_params.json").write_text("{}")
    if checkpoint:
        (Path(folder) / "checkpoint" / "step_00000001").mkdir(parents=True)


@pytest.mark.parametrize("checkpoint", [True, False])
def test_a_run_of_before_is_left_to_the_command_of_the_row_however_often_it_fails(
    store: Store, checkpoint: bool
) -> None:
    write_run(checkpoint=checkpoint)
    for number in (1, 2, 3):
        assert words_of_attempt(attempt(number), store) == [*ROW]


def test_the_run_of_the_row_itself_goes_on(store: Store) -> None:
    assert words_of_attempt(attempt(1), store) == [*ROW]
    write_run(checkpoint=False)
    assert words_of_attempt(attempt(2), store) == [*ROW, "--trainer.overwrite"]
    (Path("out put/1") / "checkpoint" / "step_00000001").mkdir(parents=True)
    assert words_of_attempt(attempt(3), store) == RESUMED


def test_a_row_that_replaces_a_run_goes_on_with_its_own_only(store: Store) -> None:
    words = (*ROW, "--trainer.overwrite")
    write_run()
    assert words_of_attempt(attempt(1, words=words), store) == [*words]
    # It failed at its start, and the run of before came back.
    folder = Path("out put/1")
    folder.rename("aside")
    write_run()
    shutil.rmtree(folder)
    Path("aside").rename(folder)
    assert words_of_attempt(attempt(2, words=words), store) == [*words]
    shutil.rmtree(folder)
    write_run()
    assert words_of_attempt(attempt(3, words=words), store) == RESUMED


def test_a_row_that_moves_to_the_folder_of_another_run_does_not_take_it_over(store: Store) -> None:
    assert words_of_attempt(attempt(1), store) == [*ROW]
    write_run("other")
    moved = replace(attempt(2, "other"), words=("tfaip-train", "my.scenario", "--trainer.output_dir", "other"))
    for _ in range(2):
        assert words_of_attempt(moved, store) == [*moved.words]
