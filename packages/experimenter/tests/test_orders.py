"""Single runs are cancelled and tried again, while the experimenter works and while it doesn't."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from search_engine import Engine, search
from waiting import wait_for

from tfaip.experimenter import Ended
from tfaip.experimenter.orders import cancel_runs
from tfaip.experimenter.queue.state_folder import StateFolder

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
MakeWorkbook = Callable[..., Path]

LONG = "trap 'echo stopped $1 >> done; exit 130' INT; echo started $1 >> done; while [ ! -e go ]; do sleep 0.02; done"
BOOK = ("--xlsx", "runs.xlsx")


@pytest.fixture
def rows(workbook: MakeWorkbook) -> None:
    Path("row.sh").write_text(LONG)
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["sh row.sh a", "a"], ["sh row.sh b", "b"])


def done() -> list[str]:
    return Path("done").read_text().splitlines() if Path("done").exists() else []


def states(command: Command, *words: object) -> dict[str, str]:
    told = json.loads(command("status", *BOOK, "--json", *words).stdout)
    return {run["id"]: run["state"] for run in told["runs"]}


@pytest.mark.usefixtures("rows")
def test_runs_are_cancelled_while_the_experimenter_works_and_stay_so(command: Command, start: Start) -> None:
    first = start(*BOOK, "--cpus", "0")
    wait_for(lambda: done() == ["started a"], "the run")
    told = command("cancel", "a", "b", *BOOK)
    assert (told.returncode, told.stderr) == (0, "a is being stopped.\nb is cancelled.\n")
    _, text = first.communicate()
    assert first.returncode == 0, text
    assert "a is cancelled: was cancelled by the user" in text
    assert done() == ["started a", "stopped a"]
    again = command(*BOOK, "--cpus", "0")
    assert "Nothing is started: 2 runs are cancelled." in again.stderr
    assert command("retry", "b", *BOOK).stderr == "b is queued.\n"
    Path("go").touch()
    assert command(*BOOK, "--cpus", "0").returncode == 0
    assert states(command) == {"a": "cancelled", "b": "finished"}


@pytest.mark.usefixtures("rows")
def test_a_run_whose_experimenter_is_no_more_is_cancelled(command: Command, start: Start) -> None:
    first = start(*BOOK, "--cpus", "0")
    wait_for(lambda: done() == ["started a"], "the run")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert command("cancel", "a", *BOOK).returncode == 0
    wait_for(lambda: "stopped a" in done(), "its end")
    Path("go").touch()
    assert command(*BOOK, "--cpus", "0").returncode == 0
    assert states(command) == {"a": "cancelled", "b": "finished"}
    assert "started a" not in done()[1:]


@pytest.mark.parametrize(
    "outcome", [Ended(3, 1.0, 2.0), Ended(-2, 1.0, 2.0, "timeout"), Ended(130, 1.0, 2.0, "cancel")]
)
@pytest.mark.usefixtures("rows")
def test_a_run_that_is_cancelled_is_not_tried_again_however_it_ends(outcome: Ended, command: Command) -> None:
    class Failing(Engine):
        def poll(self, key: str) -> Ended:
            if len(self.jobs) == 1:
                cancel_runs(StateFolder(Path("runs.xlsx")), ["a"], lambda _: None)
            return outcome

    engine = Failing(lambda *_: {})
    search(Path("runs.xlsx"), engine, retry=1)
    assert states(command) == {"a": "cancelled", "b": "failed"}
    assert [words[-1] for words in engine.words].count("a") == 1


@pytest.mark.usefixtures("rows")
def test_the_state_lies_where_the_user_wants_it(command: Command) -> None:
    Path("go").touch()
    assert command(*BOOK, "--cpus", "0", "--state", "elsewhere").returncode == 0
    assert not Path("runs.xlsx.experimenter").exists()
    assert len(list(Path("elsewhere").iterdir())) == 1
    assert states(command, "--state", "elsewhere") == {"a": "finished", "b": "finished"}
    told = command("retry", "a", *BOOK, "--state", "elsewhere")
    assert told.returncode == 2
    assert told.stderr == "tfaip-experimenter: error: the run a is finished and can't be tried again\n"
    assert "the queue has no run c; its runs are a, b" in command("cancel", "c", *BOOK, "--state", "elsewhere").stderr
    assert "has not been run yet" in command("cancel", "a", *BOOK).stderr
    assert command(*BOOK, "--update", "--state", "elsewhere").returncode == 0
