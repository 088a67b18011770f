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
from tfaip.experimenter.executors.registry import METHODS, accept_class, executor_named

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
MakeWorkbook = Callable[..., Path]

# It runs a job to its end when it is submitted: as different from the local one as can be.
AT_ONCE = """
import subprocess, time
from tfaip.experimenter import Ended, ExecutorParams, Lost
from tfaip.params import field, params

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

@params(name="half_a_slot")
class SharingParams(ExecutorParams):
    share: float = field(default=0.5, help="Fraction of a device")
    def cls(self):
        return Sharing

class Sharing(AtOnce):
    def __init__(self, params, folder):
        super().__init__(folder)
        self.share = params.share
    def submit(self, job):
        with open("shares", "a") as file:
            file.write(f"{job.slot.name} {self.share}\\n")
        super().submit(job)

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


def test_an_executor_has_parameters_of_its_own(workbook: MakeWorkbook, command: Command) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    rows(workbook, "echo a")
    words = ("--xlsx", "runs.xlsx", "--cpus", "0", "--executor=my_cluster:SharingParams", "--executor.share", "0.25")
    done = command(*words)
    assert done.returncode == 0, done.stderr
    assert Path("shares").read_text() == "cpu:0 0.25\n"


def test_an_executor_of_an_installed_distribution_is_selected_by_its_name(
    tmp_path: Path, workbook: MakeWorkbook, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "installed" / "lab_executors-1.0.dist-info"
    info.mkdir(parents=True)
    (info.parent / "lab_cluster.py").write_text(AT_ONCE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-executors\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tfaip.executors]\nsharing = lab_cluster:SharingParams\n")
    monkeypatch.setenv("PYTHONPATH", str(info.parent))
    rows(workbook, "echo a")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--executor", "sharing")
    assert done.returncode == 0, done.stderr
    assert Path("shares").read_text() == "cpu:0 0.5\n"


def test_help_shows_the_parameters_of_the_executor_that_is_selected(command: Command) -> None:
    Path("my_cluster.py").write_text(AT_ONCE)
    assert "--executor.grace" in command("--help").stdout
    shown = command("--executor", "my_cluster:SharingParams", "--help").stdout
    assert "--executor.share" in shown
    assert "--executor.grace" not in shown


MISTAKES = {
    "locale": "--executor: no class named 'locale'\n  allowed: local, slurm, ray, or module:Class\n"
    "  did you mean local?",
    "half_a_cluster:Executor": "--executor: half_a_cluster fails to import: NameError: name 'half' is not defined, "
    "got half_a_cluster:Executor",
    "no_such:Executor": "--executor: there is no module no_such, got no_such:Executor",
    "my_cluster:Missing": "--executor: my_cluster has no class Missing, got my_cluster:Missing",
    "my_cluster:Useless": "--executor: my_cluster:Useless must be an Executor; "
    "it lacks refusal, poll, cancel, forget, wait, close",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_no_executor_is_refused_by_name(
    name: str, workbook: MakeWorkbook, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests of this process have registered executors of their own.
    monkeypatch.setenv("TFAIP_TESTS_WITHOUT_FORK", "1")
    Path("my_cluster.py").write_text(AT_ONCE)
    Path("half_a_cluster.py").write_text("half")
    rows(workbook, "echo a")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--executor", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"tfaip-experimenter: error: {MISTAKES[name]}\n")


def test_a_module_that_lacks_another_one_is_not_taken_for_a_missing_one() -> None:
    Path("broken_cluster.py").write_text("import no_such_library")
    with pytest.raises(ExperimenterError, match="broken_cluster fails to import: .*No module named 'no_such_library'"):
        accept_class("broken_cluster:Executor")


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
        accept_class("lab_cluster:AtOnce")


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
    executor = executor_named("local").create(tmp_path)
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
