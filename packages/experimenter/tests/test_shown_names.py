"""Names of runs are text wherever they are shown."""

from __future__ import annotations

import io
import shlex
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.run_folder.progress import RunProgress
from tfaip.experimenter.views.drawing import drawn_snapshot
from tfaip.experimenter.views.lines import Lines
from tfaip.experimenter.views.snapshot import RunView, Snapshot

STRANGE = "[bold]a[/] [/x] :smile:\x1b[2J\r\ncpu:0: good finished"
SHOWN = r"[bold]a[/] [/x] :smile:\u001b[2J\r\ncpu:0: good finished"


def entry(state: State, folder: Path) -> Entry:
    return Entry(
        id=STRANGE, row=2, words=("a",), folder=folder, output_dir="", arguments=(), cleanup=False, state=state,
        attempts=1, failures=1, key="1", slot="cpu:0", scheduler="", attempted=("a",), started=1.0, ended=2.0,
        seconds=1.0, exit_code=3, reason=STRANGE,
    )  # fmt: skip


@pytest.mark.parametrize("state", [State.RUNNING, State.QUEUED, State.FAILED])
def test_the_name_of_a_run_is_text_in_the_drawing(tmp_path: Path, state: State) -> None:
    view = RunView(entry(state, tmp_path), RunProgress(metric=STRANGE, best={STRANGE: 1.0}), 1.0, (STRANGE,))
    console = Console(file=io.StringIO(), width=300, force_terminal=True, color_system=None)
    console.print(drawn_snapshot(Snapshot((view,), ("cpu:0",))))
    drawn = console.file.getvalue()  # type: ignore[attr-defined]  # of the StringIO
    assert SHOWN in drawn
    assert "\x1b[2J" not in drawn
    assert STRANGE not in drawn


@pytest.mark.parametrize("state", [State.FINISHED, State.INTERRUPTED, State.FAILED])
def test_a_run_begins_no_line_of_another_run(tmp_path: Path, state: State) -> None:
    written = io.StringIO()
    lines = Lines(written)
    lines.started(entry(state, tmp_path), ["train", STRANGE])
    lines.ended(entry(state, tmp_path))
    begun = [line.split()[0] for line in written.getvalue().split("\n")[:-1]]
    assert begun == ["cpu:0:", "cpu:0:"]
    assert written.getvalue().replace("\n", "").isprintable()


def test_a_command_line_with_control_characters_is_one_that_bash_takes() -> None:
    words = ["printf", "%s|", "it's", "a\nb\t'\\n", "\x1b[31m", "\u2028"]
    line = quoted(words)
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert done.stdout.decode() == "".join(f"{word}|" for word in words[2:])
    assert quoted(words[:3]) == shlex.join(words[:3])
