"""Who runs the runs can be chosen; queue and sheet don't know who it is."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_for

import tfaip.experimenter
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.interface import Executor
from tfaip.experimenter.executors.local import LocalExecutor
from tfaip.experimenter.executors.registry import METHODS, make_executor

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
MakeWorkbook = Callable[..., Path]

# It runs a job to its end when it is submitted: as different from the local one as can be.
AT_ONCE = """
import subprocess, time
from tfaip.experimenter import Ended, Lost

class AtOnce:
    def __init__(self, folder):
        self.outcomes = {}
    def refusal(self, words):
        return "this executor runs no tfaip" if words[0].startswith("tfaip") else None
    def submit(self, job):
        job.console.parent.mkdir(parents=True, exist_ok=True)
        started = time.time()
        with job.console.open("ab") as console:
            code = subprocess.run(job.words, stdout=console, stderr=console).returncode
        with open("submitted", "a") as file:
            file.write(f"{job.slot.name} {' '.join(job.words)}\\n")
        self.outcomes[job.key] = Ended(code, started, time.time())
    def poll(self, key):
        return self.outcomes.get(key) or Lost("it was never submitted", False)
    def cancel(self, key):
        pass
    def forget(self, key):
        del self.outcomes[key]
    def wait(self, seconds):
        pass
    def close(self):
        open("closed", "w").close()

class Useless:
    def submit(self, job):
        pass
"""


def rows(workbook: MakeWorkbook, *commands: str) -> None:
    runs = [[command, number, f"value {number}"] for number, command in enumerate(commands, 1)]
    workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "name"], *runs)


def test_another_executor_runs_all_rows_with_retries_and_results(workbook: MakeWorkbook, command: Command) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    rows(workbook, "echo a", "false", "echo c")
    done = command("--xlsx", "runs.xlsx", "--gpus", "3", "--executor", "my_cluster:AtOnce", "--retry", "1")
    assert done.returncode == 1, done.stderr  # one of them fails
    submitted = Path("submitted").read_text().splitlines()
    assert sorted(submitted) == sorted(
        ["gpu:3 echo a --name value 1", *2 * ["gpu:3 false --name value 2"], "gpu:3 echo c --name value 3"]
    )
    status = json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)
    assert (status["counts"]["finished"], status["counts"]["failed"]) == (2, 1)
    assert Path("closed").exists()


def test_what_the_executor_refuses_is_told_with_its_cell_before_anything_runs(
    workbook: MakeWorkbook, command: Command
) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    rows(workbook, "echo a", "tfaip-train x")
    done = command("--xlsx", "runs.xlsx", "--gpus", "3", "--executor", "my_cluster:AtOnce")
    assert done.returncode == 2
    assert 'sheet "runs", row 5, column A (COMMAND): this executor runs no tfaip' in done.stderr
    assert not Path("submitted").exists()


MISTAKES = {
    "cluster": "--executor: there is no executor cluster; allowed is local, or module:Class",
    "no_such:Executor": "--executor: there is no module no_such, got no_such:Executor",
    "my_cluster:Missing": "--executor: my_cluster has no class Missing, got my_cluster:Missing",
    "my_cluster:Useless": "--executor: my_cluster:Useless must be an Executor; "
    "it lacks refusal, poll, cancel, forget, wait, close",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_no_executor_is_refused_by_name(name: str, workbook: MakeWorkbook, command: Command) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    rows(workbook, "echo a")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--executor", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"tfaip-experimenter: error: {MISTAKES[name]}\n"


def test_a_module_that_lacks_another_one_is_not_taken_for_a_missing_one() -> None:
    Path("broken_cluster.py").write_text("import no_such_library")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        make_executor("broken_cluster:Executor", Path())


def test_an_executor_here_and_installed_is_refused_with_both_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed)])
    for folder in (tmp_path, installed):
        (folder / "lab_cluster.py").write_text(AT_ONCE)
    with pytest.raises(ExperimenterError, match=r"--executor: lab_cluster is in two places: .*installed/lab_.*/lab_"):
        make_executor("lab_cluster:AtOnce", Path())


def test_runs_that_another_executor_has_started_are_left_to_it(
    workbook: MakeWorkbook, start: Start, command: Command
) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    Path("row.sh").write_text("touch started; while [ ! -e go ]; do sleep 0.01; done")
    rows(workbook, "sh row.sh")
    first = start("--xlsx", "runs.xlsx", "--cpus", "0")
    wait_for(Path("started").exists, "the run")
    first.send_signal(signal.SIGKILL)
    first.wait()
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--executor", "my_cluster:AtOnce")
    assert done.returncode == 2
    assert done.stderr == (
        "tfaip-experimenter: error: --executor: 1 was started by local and may still run, got my_cluster:AtOnce; "
        "use --executor local until it has ended\n"
    )
    Path("go").touch()
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert not Path("submitted").exists()


def test_the_local_executor_is_the_one_of_the_registry(tmp_path: Path) -> None:
    executor = make_executor("local", tmp_path)
    assert type(executor) is LocalExecutor
    executor.close()


def test_the_registry_asks_for_all_methods_of_the_interface() -> None:
    assert set(METHODS) == {name for name in vars(Executor) if not name.startswith("_")}


def test_queue_and_sheet_know_no_executor() -> None:
    package = Path(tfaip.experimenter.__file__).parent
    known = {"interface", "process_identity", "slots"}  # the contract, which scheduler is alive, places to run
    for path in [*(package / "queue").glob("*.py"), *(package / "sheet").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tfaip.experimenter.executors"):
                assert (node.module or "").rpartition(".")[2] in known, path
