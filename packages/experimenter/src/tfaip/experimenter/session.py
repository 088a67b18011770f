"""One start of the experimenter: the plan, the state, the executor and the scheduler put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.commands.plan import Plan, PlannedRun
from tfaip.experimenter.errors import INTERRUPTED, ExperimenterError, SheetError, SheetMistake
from tfaip.experimenter.executors.interface import Executor
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.registry import executor_named, name_of_executor
from tfaip.experimenter.executors.slots import Slot, beside
from tfaip.experimenter.queue.entries import WAITING, Entry, State
from tfaip.experimenter.queue.membership import living_slots, membership
from tfaip.experimenter.queue.scheduler import PAUSED, Listener, Options, Scheduler
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.results.updating import ResultsUpdater, UpdatingListener
from tfaip.experimenter.search.params import SearchParams
from tfaip.experimenter.views.snapshot import Snapshot
from tfaip.experimenter.views.status import snapshot_of
from tfaip.experimenter.workbook.workbook_file import open_elsewhere
from tfaip.params.shown_text import one_line

if TYPE_CHECKING:
    from tfaip.experimenter.search.searches import Searches

__all__ = ["FAILED", "run_plan", "update_results"]

FAILED = 1

# The note in the state that says who runs what is running.
EXECUTOR = "executor"


def run_plan(
    plan: Plan,
    slots: Sequence[Slot],
    view: Callable[[Callable[[], Snapshot]], AbstractContextManager[Listener]],
    options: Options,
    *,
    executor: ExecutorParams | str = "local",
    search: SearchParams | None = None,
    join: bool = False,
    update: bool = True,
    state: Path | None = None,
) -> int:
    """Run what of a plan hasn't been run yet.

    Args:
        plan: The runs that are wanted.
        slots: Where they run.
        view: Makes who shows what happens, given what tells how the queue stands.
        options: How failures are answered.
        executor: Parameters of the executor that runs the runs, or its name: `local`, `module:Class`.
        search: Parameters of the searches of rows with TRIALS.
        join: Whether to help an experimenter that is at work.
        update: Whether the results are written into the workbook as runs end.
        state: Folder for the state of the queue; default: beside the workbook.

    Returns:
        The exit code: 0 if all went well, 1 if runs have failed or still wait, 130 if interrupted.

    Raises:
        ExperimenterError: A command can't be run, this machine lacks a GPU of a slot, another experimenter is at work,
            or another executor's runs are still running.
    """
    chosen = executor_named(executor) if isinstance(executor, str) else executor
    chosen.require_slots(slots)
    found = StateFolder(plan.workbook, state)
    runs = chosen.create(found.attempts)
    store: Store | None = None
    searches: Searches | None = None
    try:
        _refuse_rows(plan, runs, chosen)
        store = Store(found.database)
        queue = store
        if join:
            slots = beside(slots, living_slots(store))
        with membership(store, slots, join=join) as member, view(lambda: snapshot_of(queue, live=True)) as listener:
            _keep_to_executor(store, name_of_executor(chosen))
            _forget_ended(store, found.attempts, runs)
            _tell_open(plan, listener)
            resources = {run.id: run.resources for run in (*plan.runs, *plan.hidden)}
            searches = _searches(plan, store, found, search or SearchParams(), resources, listener.said)
            ids = prepare(store, plan, found, listener, searches, join=join)
            updater = ResultsUpdater(plan, store, listener.said) if update else None
            watching = UpdatingListener(listener, updater) if updater else listener
            scheduler = Scheduler(store, runs, slots, ids, member, watching, options, resources, searches)
            scheduler.handle_signals()
            scheduler.run()
            if updater:
                updater.write_if_due(finally_=True)
            for told in searches.best() if searches else ():
                listener.said(told)
        if scheduler.interrupted:
            return INTERRUPTED
        # Another experimenter reports its own running runs.
        well = (State.FINISHED, State.RUNNING, State.CANCELLED, State.PRUNED)
        if searches is not None and searches.trouble:
            return FAILED
        return 0 if all(entry.state in well for entry in store.entries() if entry.id in scheduler.ids) else FAILED
    finally:
        if searches is not None:
            searches.close()
        runs.close()
        if store is not None:
            store.close()


def update_results(plan: Plan, say: Callable[[str], None], state: Path | None = None) -> None:
    """Write the results of all runs into the workbook, or beside it where it must be left alone.

    Args:
        plan: The runs.
        say: Is told where the results are if not in the workbook.
        state: Folder for the state of the queue; default: beside the workbook.

    Raises:
        ExperimenterError: They can't be written anywhere.
    """
    database = StateFolder(plan.workbook, state).database
    store = Store(database) if database.exists() else None
    try:
        ResultsUpdater(plan, store, say).write()
    finally:
        if store is not None:
            store.close()


def prepare(
    store: Store, plan: Plan, state: StateFolder, listener: Listener, searches: Searches | None = None, *, join: bool
) -> set[str]:
    """Bring the state up to the sheet, and tell which of its rows have no effect.

    Returns:
        IDs of the runs to work on: the runs of the plan, and hidden runs that have been started.
    """
    before = {entry.id: entry for entry in store.entries()}
    trials, hidden_trials = searches.planned() if searches else ([], [])
    hidden = [run for run in (*plan.hidden, *hidden_trials) if run.id in before and _goes_on(before[run.id])]
    runs = [run for run in (*plan.runs, *trials, *hidden) if run.search is None]
    store.take_over(runs, {run.id: state.folder_of(run) for run in runs})
    if not join:
        store.note(PAUSED, "")
        store.queue_failed_again(run.id for run in runs)
    if searches:
        searches.catch_up()
    known = {entry.id: entry for entry in store.entries()}
    told_rows = set()
    for run in runs:
        entry = known[run.id]
        if entry.state is State.FINISHED and _differs(entry, run.words) and run.row not in told_rows:
            told_rows.add(run.row)  # of many trials, one says enough
            listener.said(
                f"Row {run.row}: the run {one_line(run.id)} has finished with another command line "
                f'("{quoted(entry.words)}") and isn\'t run again; give the row another ID to run it.'
            )
    more = searches is not None and searches.gets_more()
    _tell_left_out(plan, [known[run.id] for run in runs], listener, more=more)
    return {run.id for run in runs}


def _forget_ended(store: Store, attempts: Path, runs: Executor) -> None:
    """Remove the records of attempts whose end is in the queue; who recorded it was killed before doing so."""
    # The folders first: an attempt is running before it has one.
    keys = [folder.name for folder in attempts.iterdir()] if attempts.is_dir() else []
    running = {entry.key for entry in store.running()}
    for key in keys:
        if key not in running:
            runs.forget(key)


def _searches(
    plan: Plan,
    store: Store,
    state: StateFolder,
    params: SearchParams,
    resources: dict[str, tuple[str, ...]],
    say: Callable[[str], None],
) -> Searches | None:
    """The searches of a plan, `None` if it has none: only they need Optuna."""
    if not any(run.search for run in (*plan.runs, *plan.hidden)):
        return None
    if find_spec("optuna") is None:
        raise ExperimenterError("TRIALS: searches need Optuna: pip install 'tfaip-experimenter[search]'")
    from tfaip.experimenter.search.searches import Searches

    return Searches(plan, store, state, params, resources, say)


def _goes_on(entry: Entry) -> bool:
    return entry.state is State.RUNNING or (entry.state in WAITING and entry.attempts > 0)


def _tell_left_out(plan: Plan, entries: Sequence[Entry], listener: Listener, *, more: bool) -> None:
    told = [plan.left_out] if plan.left_out else []
    if more or any(entry.state in WAITING for entry in entries):
        if told:
            listener.said(f"Left out: {told[0]}.")
        return
    for state, words in (
        (State.FINISHED, "finished already"),
        (State.RUNNING, "running already"),
        (State.CANCELLED, "cancelled"),
        (State.PRUNED, "pruned"),
    ):
        if number := sum(entry.state is state for entry in entries):
            told.append(f"{number} {'run is' if number == 1 else 'runs are'} {words}")
    listener.said(f"Nothing is started: {', '.join(told) or plan.emptiness}.")


def _tell_open(plan: Plan, listener: Listener) -> None:
    if lock := open_elsewhere(plan.workbook):
        listener.said(
            f"The workbook is open in a spreadsheet program ({lock.name}): unsaved changes aren't run, and the results "
            "are written beside it until it is closed."
        )


def _keep_to_executor(store: Store, executor: str) -> None:
    """Runs can be found again only by the executor that they were submitted to."""
    before = store.noted(EXECUTOR) or "local"
    if before != executor and (running := store.running()):
        ids = ", ".join(entry.id for entry in running)
        raise ExperimenterError(
            f"--executor: {ids} was started by {before} and may still run, got {executor}; "
            f"use --executor {before} until it has ended"
        )
    store.note(EXECUTOR, executor)


def _differs(entry: Entry, words: Sequence[str]) -> bool:
    return entry.words != tuple(words)


def _refuse_rows(plan: Plan, executor: Executor, params: ExecutorParams) -> None:
    mistakes = []
    for run in plan.runs:
        if mistake := _mistaken_resources(plan, run, params):
            mistakes.append(mistake)
        if refusal := executor.refusal(run.words):
            header = plan.sheet.command_header
            mistakes.append(SheetMistake(plan.sheet.title, run.row, plan.sheet.command_column, header, refusal))
    if mistakes:
        raise SheetError(mistakes)


def _mistaken_resources(plan: Plan, run: PlannedRun, params: ExecutorParams) -> SheetMistake | None:
    """Tell the first wrong word with the column that it comes from."""
    for number in range(1, len(run.resources) + 1):
        try:
            params.for_row(run.resources[:number])
        except ExperimenterError as error:
            columns = plan.sheet.resource_columns
            own = run.resources[number - 1].partition("=")[0].upper()
            header = own if own in columns and number > len(run.resources) - len(columns) else "RESOURCES"
            return SheetMistake(plan.sheet.title, run.row, columns.get(header), header, one_line(error))
    return None
