"""The modes of the command: each takes its arguments and returns the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from tfaip.experimenter.cli.arguments import PROG, Arguments, OrderArguments, StatusArguments
from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.commands.plan import Plan, read_plan
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.local_gpus import count_gpus
from tfaip.experimenter.executors.slots import read_slots
from tfaip.experimenter.init_workbook import init_workbook
from tfaip.experimenter.orders import cancel_runs, retry_runs
from tfaip.experimenter.queue.scheduler import Listener, Options
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.session import run_plan, update_results
from tfaip.experimenter.views.drawing import drawn_snapshot
from tfaip.experimenter.views.lines import Lines
from tfaip.experimenter.views.live import LiveView
from tfaip.experimenter.views.snapshot import Snapshot
from tfaip.experimenter.views.status import status_json, workbook_snapshot
from tfaip.params.shown_text import clean_text, one_line
from tfaip.params.table_console import open_console, print_table

__all__ = ["cancel", "retry", "run", "show_status"]


def run(arguments: Arguments) -> int:
    """Make a workbook, show the commands of one, write its results, or run it."""
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
    console = open_console(stderr=True)
    return LiveView(console, snapshot) if console.is_terminal else Lines()


def show_status(arguments: StatusArguments) -> int:
    """Show how far the runs of a workbook are."""
    snapshot = workbook_snapshot(arguments.xlsx, arguments.state)
    if arguments.json:
        print(clean_text(status_json(snapshot)))
    else:
        print_table(drawn_snapshot(snapshot, all_failures=True), highlight=False)
    return 0


def cancel(arguments: OrderArguments) -> int:
    """Cancel runs."""
    cancel_runs(StateFolder(arguments.xlsx, arguments.state), arguments.ids, _say, arguments.executor)
    return 0


def retry(arguments: OrderArguments) -> int:
    """Let failed runs begin again."""
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
