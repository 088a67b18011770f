"""The command itself: its arguments and its modes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from tfaip.experimenter.cli.arguments import (
    Arguments,
    read_arguments,
    read_cancel_arguments,
    read_retry_arguments,
    read_status_arguments,
)
from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.commands.plan import Plan, read_plan
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.local_gpus import count_gpus
from tfaip.experimenter.executors.slots import read_slots
from tfaip.experimenter.init_workbook import init_workbook
from tfaip.experimenter.orders import cancel_runs, retry_runs
from tfaip.experimenter.queue.scheduler import Listener, Options
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.session import INTERRUPTED, run_plan, update_results
from tfaip.experimenter.views.drawing import drawn_snapshot
from tfaip.experimenter.views.lines import Lines
from tfaip.experimenter.views.live import LiveView
from tfaip.experimenter.views.snapshot import Snapshot
from tfaip.experimenter.views.status import status_json, workbook_snapshot
from tfaip.params.shown_text import clean_text, one_line
from tfaip.params.table_console import print_table

__all__ = ["PROG", "main"]

PROG = "tfaip-experimenter"
USAGE_ERROR = 2


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.

    Raises:
        SystemExit: With 0 if all went well, 1 if runs failed, 2 for a mistake of the user, 130 if interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        sys.exit(_run(words))
    except ExperimenterError as error:
        print(f"{PROG}: error: {clean_text(error)}", file=sys.stderr)
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone, `head` for instance; Python would complain once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _run(words: list[str]) -> int:
    if words[:1] == ["status"]:
        return _status(words[1:])
    if words[:1] in (["cancel"], ["retry"]):
        return _order(words[0], words[1:])
    arguments = read_arguments(PROG, words)
    if arguments.init:
        return _init(arguments)
    plan = _plan(arguments)
    if arguments.dry_run:
        return _dry_run(plan)
    if arguments.update and not (arguments.gpus or arguments.cpus or arguments.slots):
        update_results(plan, _say, arguments.state)
        return 0
    return _run_plan(plan, arguments)


def _plan(arguments: Arguments) -> Plan:
    return read_plan(_workbook(arguments), python=arguments.python, only=arguments.only)


def _workbook(arguments: Arguments) -> Path:
    if arguments.xlsx is None:
        raise ExperimenterError("--xlsx: expects the workbook of runs; make one with --init FILE SCENARIO")
    return arguments.xlsx


def _run_plan(plan: Plan, arguments: Arguments) -> int:
    slots = read_slots(arguments.gpus, arguments.cpus, arguments.slots)
    if not slots:
        raise ExperimenterError(
            "expects where to run: --gpus 0 1 (numbers of GPUs), --cpus 0 1 (slots without one), "
            "or --slots 50 (rows at once on a cluster)"
        )
    if arguments.keep_going and arguments.fail_fast:
        raise ExperimenterError("--keep_going and --fail_fast exclude each other; give one of both")
    if arguments.update and arguments.no_update:
        raise ExperimenterError("--update and --no_update exclude each other; give one of both")
    if arguments.retry < 0:
        raise ExperimenterError(f"--retry: must be 0 or more, got {arguments.retry}")
    if arguments.max_preemptions < 0:
        raise ExperimenterError(f"--max_preemptions: must be 0 or more, got {arguments.max_preemptions}")
    if arguments.timeout is not None and arguments.timeout <= timedelta():
        raise ExperimenterError(f"--timeout: must be more than 0 seconds, got {arguments.timeout.total_seconds():g}")
    options = Options(
        retry=arguments.retry,
        keep_going=arguments.keep_going,
        fail_fast=arguments.fail_fast,
        max_preemptions=arguments.max_preemptions,
        timeout=None if arguments.timeout is None else arguments.timeout.total_seconds(),
    )
    return run_plan(
        plan,
        slots,
        _view,
        options,
        executor=arguments.executor,
        search=arguments.search,
        join=arguments.join,
        update=not arguments.no_update,
        state=arguments.state,
    )


def _view(snapshot: Callable[[], Snapshot]) -> AbstractContextManager[Listener]:
    """Redrawn in place on a terminal, else a line for each thing that happens."""
    console = Console(stderr=True)
    return LiveView(console, snapshot) if console.is_terminal else Lines()


def _status(words: list[str]) -> int:
    arguments = read_status_arguments(f"{PROG} status", words)
    snapshot = workbook_snapshot(arguments.xlsx, arguments.state)
    if arguments.json:
        print(clean_text(status_json(snapshot)))
    else:
        print_table(drawn_snapshot(snapshot, all_failures=True), highlight=False)
    return 0


def _order(name: str, words: list[str]) -> int:
    if name == "cancel":
        arguments = read_cancel_arguments(f"{PROG} {name}", words)
        cancel_runs(StateFolder(arguments.xlsx, arguments.state), arguments.ids, _say, arguments.executor)
    else:
        arguments = read_retry_arguments(f"{PROG} {name}", words)
        retry_runs(StateFolder(arguments.xlsx, arguments.state), arguments.ids, _say)
    return 0


def _say(text: str) -> None:
    print(clean_text(text), file=sys.stderr)


def _init(arguments: Arguments) -> int:
    if len(arguments.init) != 2:
        raise ExperimenterError(f"--init: expects FILE SCENARIO, got {' '.join(arguments.init)}")
    file, scenario = arguments.init
    init_workbook(Path(file), scenario, python=arguments.python)
    where = "--gpus 0" if count_gpus() else "--cpus 0"
    ready = f"{file} is ready: add rows, then run them by {PROG} --xlsx {file} {where}"
    print(one_line(ready), file=sys.stderr)
    return 0


def _dry_run(plan: Plan) -> int:
    if plan.left_out or not plan.runs:
        print(
            f"{'Left out' if plan.runs else 'Nothing would be started'}: {clean_text(plan.emptiness)}.", file=sys.stderr
        )
    for run in plan.runs:
        print(quoted(run.words))
    return 0


if __name__ == "__main__":
    main()
