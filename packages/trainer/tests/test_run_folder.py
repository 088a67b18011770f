import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tfaip.model import Bundle
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder, RunFolderError

FILES = ("trainer_params.json", "metrics.jsonl", "train.log", "status.json")


def write_run(path, content="old"):
    """Files of a run that has come to something."""
    for name in FILES:
        (path / name).parent.resolve().mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    for name in ("checkpoint/step_00000001/weights.h5", "best/scenario_params.json", "events/train/events.out.1"):
        (path / name).parent.resolve().mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)


def contents(path):
    """All files below a folder but the lock, links followed."""
    found = {}
    for folder, _, names in os.walk(path, followlinks=True):
        for name in names:
            file = Path(folder, name)
            # A link may lead to a folder that no run has made yet.
            if name != ".lock" and file.exists():
                found[file.relative_to(path).as_posix()] = file.read_text()
    return found


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    with RunFolder(tmp_path / "a" / "b").new_run():
        assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_may_be_a_link_to_one_that_is_not_there_yet(tmp_path):
    (tmp_path / "run").symlink_to(tmp_path / "disk" / "run")
    with RunFolder(tmp_path / "run").new_run():
        write_run(tmp_path / "run")
    assert (tmp_path / "disk" / "run" / "train.log").is_file()


def test_a_folder_that_holds_a_run_is_kept_and_the_ways_out_are_named(tmp_path):
    (tmp_path / "trainer_params.json").write_text("{}")
    for refuse in (RunFolder(tmp_path).require_no_run, RunFolder(tmp_path).new_run().__enter__):
        with pytest.raises(RunFolderError, match="tfaip-resume-training .*--trainer.output_dir.*--trainer.overwrite"):
            refuse()
    assert (tmp_path / "trainer_params.json").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_bundles_is_no_run_and_is_not_written_to(tmp_path, overwrite):
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "scenario_params.json").write_text("of the user")
    with pytest.raises(RunFolderError, match="holds models or checkpoints, but it is not the folder of a run"):
        RunFolder(tmp_path).require_no_run(overwrite=overwrite)


def test_a_run_that_is_replaced_goes_once_the_new_one_has_come_to_something(tmp_path):
    write_run(tmp_path)
    (tmp_path / "notes.txt").write_text("of the user")
    folder = RunFolder(tmp_path)

    def replace():
        with folder.new_run(overwrite=True):
            assert [path.name for path in folder.path.glob("[!.]*")] == ["notes.txt"]
            write_run(tmp_path, "new")
            folder.keep_new_run()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace()
    assert set(contents(tmp_path).values()) == {"new", "of the user"}
    assert not list(tmp_path.glob(".*"))


def test_a_run_that_is_replaced_goes_when_the_new_one_ends_without_models(tmp_path):
    write_run(tmp_path)
    with RunFolder(tmp_path).new_run(overwrite=True):
        (tmp_path / "trainer_params.json").write_text("new")
    assert contents(tmp_path) == {"trainer_params.json": "new"}


@pytest.mark.parametrize("name", ["step_best", "step_00000001_backup", "notes.txt"])
def test_a_copy_that_a_user_keeps_among_the_checkpoints_is_not_removed(tmp_path, name):
    write_run(tmp_path)
    (tmp_path / "checkpoint" / name).mkdir()
    with pytest.raises(RunFolderError, match=f"checkpoint holds a file of no run: {name}"):
        RunFolder(tmp_path).require_no_run(overwrite=True)


@pytest.mark.parametrize("name", [".DS_Store", ".nfs0001", "Thumbs.db"])
def test_what_systems_leave_among_the_checkpoints_is_in_nobody_s_way(tmp_path, name):
    write_run(tmp_path)
    (tmp_path / "checkpoint" / name).touch()
    with RunFolder(tmp_path).new_run(overwrite=True):
        pass
    assert not (tmp_path / "checkpoint").exists()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_run_comes_back_if_the_new_one_comes_to_nothing(tmp_path, error):
    write_run(tmp_path)
    before = contents(tmp_path)

    def replace():
        with RunFolder(tmp_path).new_run(overwrite=True):
            for name in FILES:
                (tmp_path / name).write_text("new")
            (tmp_path / "events").mkdir()
            raise error

    with pytest.raises(error):
        replace()
    assert contents(tmp_path) == before


def killed_while_replacing(run, deadly, fails):
    """Replace a run in a child that dies by SIGKILL at the given call of what changes names; return how it ended."""
    if pid := os.fork():
        return os.waitpid(pid, 0)[1]
    calls = iter(range(1, 1000))

    def counted(function):
        def call(*arguments, **keywords):
            if next(calls) == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **keywords)

        return call

    for name in ("rename", "mkdir", "rmdir", "unlink"):
        setattr(Path, name, counted(getattr(Path, name)))
    shutil.rmtree = counted(shutil.rmtree)
    folder = RunFolder(run)
    try:
        with folder.new_run(overwrite=True):
            if fails:
                (run / "train.log").write_text("new")
                raise ZeroDivisionError
            for name in FILES:
                (run / name).write_text("new")
            written = run / "checkpoint" / ".step_00000002.writing"
            written.mkdir()
            (written / "weights.h5").write_text("new")
            written.replace(run / "checkpoint" / "step_00000002")
            folder.keep_new_run()
    except ZeroDivisionError:
        pass
    except BaseException:
        os._exit(1)
    os._exit(0)


@pytest.fixture
def linked(tmp_path):
    """A run with its folders of models and checkpoints on another disk."""

    def make(name):
        run, disk = tmp_path / name / "run", tmp_path / name / "disk"
        run.mkdir(parents=True)
        for folder in ("best", "checkpoint"):
            (disk / folder).mkdir(parents=True)
            (run / folder).symlink_to(disk / folder)
        write_run(run)
        return run

    return make


@pytest.mark.parametrize("fails", [True, False])
def test_a_kill_at_any_moment_leaves_the_old_run_or_the_new_one_to_the_next_command(linked, fails):
    reached = []
    for deadly in range(1, 200):
        run = linked(str(deadly))
        ended = killed_while_replacing(run, deadly, fails)
        RunFolder.existing(run)
        found = contents(run)
        assert sorted(found.values()) in (["old"] * 7, ["new"] * 5), (deadly, found)
        assert not list(run.glob(".former*"))
        assert {path.name for path in (run.parent / "disk").iterdir()} <= {"best", "checkpoint"}
        reached += set(found.values())
        if ended == 0:
            break
        assert ended == signal.SIGKILL
    assert len(reached) > 20
    assert set(reached) == ({"old"} if fails else {"old", "new"})


def test_the_best_model_of_a_run_that_is_being_replaced_can_be_used(linked):
    run = linked("run")
    (run / "best" / "scenario_params.json").write_text("{}")
    with RunFolder(run).new_run(overwrite=True):
        assert (Bundle.at(run / "best").path / "scenario_params.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["best", "events", "checkpoint"])
def test_a_link_that_comes_with_a_run_decides_nothing_over_other_folders(tmp_path, name):
    mine, run = tmp_path / "mine", tmp_path / "run"
    (mine / "thesis").mkdir(parents=True)
    (mine / "thesis" / "text").write_text("mine")
    write_run(run)
    shutil.rmtree(run / name)
    (run / name).symlink_to(mine / "thesis")
    (run / ".former_run").mkdir()
    (run / ".former_run.removed").symlink_to(mine)
    with suppress(RunFolderError):  # what comes back is an empty run
        RunFolder.existing(run)
    (run / "trainer_params.json").write_text("{}")
    with pytest.raises(RunFolderError, match=r"is a link to .*thesis, which holds a file of no run: text"):
        RunFolder(run).new_run(overwrite=True).__enter__()
    assert contents(mine) == {"thesis/text": "mine"}


def test_a_second_process_is_told_who_writes_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaip.model.folders.folder_lock.WAIT", 0.0)
    write_run(tmp_path)
    before = contents(tmp_path)
    with RunFolder(tmp_path).resumed_run():
        for refused in (
            lambda: RunFolder(tmp_path).require_free(),
            lambda: RunFolder(tmp_path).require_no_run(),
            lambda: RunFolder(tmp_path).require_no_run(overwrite=True),
            lambda: RunFolder(tmp_path).new_run(overwrite=True).__enter__(),
            lambda: RunFolder(tmp_path).resumed_run().__enter__(),
        ):
            with pytest.raises(RunFolderError, match=rf"process {os.getpid()} on .* is training in {tmp_path}: wait"):
                refused()
        (tmp_path / ".lock").rename(tmp_path / "aside")  # a file of this folder that says nothing of the run
        (tmp_path / "aside").rename(tmp_path / ".lock")
    assert contents(tmp_path) == before


def test_an_attempt_that_failed_before_its_first_step_is_no_run(tmp_path):
    (tmp_path / "trainer_params.json").write_text("{}")
    (tmp_path / "train.log").write_text("of the attempt")
    for status in ({"state": "failed", "reason": "no such file"}, {"state": "failed", "step": 0}):
        (tmp_path / "status.json").write_text(json.dumps(status))
        RunFolder(tmp_path).require_no_run()
    with RunFolder(tmp_path).new_run():
        assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "status", ["", "[]", '{"state": "running"}', '{"state": "failed", "step": 3}', '{"state": "stopped"}']
)
def test_all_other_attempts_are_runs(tmp_path, status):
    (tmp_path / "trainer_params.json").write_text("{}")
    (tmp_path / "status.json").write_text(status)
    with pytest.raises(RunFolderError, match="holds a run already"):
        RunFolder(tmp_path).require_no_run()


def test_a_path_that_cannot_be_a_folder_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match=r"the output folder .*file/run cannot be written: Not a directory"):
        RunFolder(tmp_path / "file" / "run").new_run().__enter__()


def test_links_in_a_circle_are_refused_in_one_sentence(tmp_path):
    (tmp_path / "run").symlink_to(tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"the output folder .*run cannot be written: "):
        RunFolder(tmp_path / "run").new_run().__enter__()


def test_resuming_needs_a_run(tmp_path):
    with pytest.raises(RunFolderError, match="it has no trainer_params.json"):
        RunFolder.existing(tmp_path)
    with pytest.raises(RunFolderError, match="there is no such folder"):
        RunFolder.existing(tmp_path / "missing")


@pytest.mark.parametrize("within", ["best", "checkpoint/epoch_0003", "missing"])
def test_a_path_within_a_run_is_answered_by_the_run(tmp_path, within):
    (tmp_path / "trainer_params.json").write_text("{}")
    if within != "missing":
        (tmp_path / within).mkdir(parents=True)
    with pytest.raises(RunFolderError) as refused:
        RunFolder.existing(tmp_path / within)
    assert str(refused.value).endswith(f"; did you mean {tmp_path}?")


@pytest.mark.parametrize("name", ["best", "export", "events", "checkpoint", "train.log"])
def test_a_file_of_parameters_does_not_make_a_run_of_a_folder_of_somebody(tmp_path, name):
    (tmp_path / "trainer_params.json").write_text("{}")
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.tex").write_text("mine")
    before = contents(tmp_path)
    for refuse in (
        lambda: RunFolder(tmp_path).require_no_run(overwrite=True),
        lambda: RunFolder(tmp_path).new_run(overwrite=True).__enter__(),
    ):
        with pytest.raises(RunFolderError, match=rf"{name} holds a file of no run: thesis.tex"):
            refuse()
    assert contents(tmp_path) == before


def test_what_a_failed_attempt_left_is_removed_without_files_of_somebody(tmp_path):
    (tmp_path / "trainer_params.json").write_text("{}")
    (tmp_path / "status.json").write_text('{"state": "failed"}')
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "thesis.tex").write_text("mine")
    with pytest.raises(RunFolderError, match="checkpoint holds a file of no run: thesis.tex"):
        RunFolder(tmp_path).new_run().__enter__()
    assert (tmp_path / "checkpoint" / "thesis.tex").read_text() == "mine"


def test_the_command_that_goes_on_carries_the_word_of_trust_where_it_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab_of_run.py").touch()
    ours = type("OurScenario", (PointsScenario,), {"__module__": "lab_of_run"})
    with_commands = type(
        "Client",
        (PointsScenario,),
        {"__module__": PointsScenario.__module__, "resume_command": classmethod(lambda cls: "lab-go-on")},
    )
    scenarios = [cls(cls.default_params()) for cls in (ours, PointsScenario, with_commands)]
    assert [RunFolder("run").resume_command(scenario) for scenario in scenarios] == [
        "tfaip-resume-training run --trust lab_of_run",
        "tfaip-resume-training run",
        "lab-go-on run",
    ]
