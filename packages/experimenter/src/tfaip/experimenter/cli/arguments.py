"""The arguments of tfaip-experimenter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.registry import ExecutorChoice, accept_class
from tfaip.experimenter.search.params import SearchParams
from tfaip.params import CommandLine, field, params

__all__ = [
    "PROG",
    "Arguments",
    "OrderArguments",
    "StatusArguments",
    "read_arguments",
    "read_cancel_arguments",
    "read_retry_arguments",
    "read_status_arguments",
]

PROG = "tfaip-experimenter"

STATE_HELP = "Folder for the state of the queue; default: beside the workbook"
DESCRIPTION = (
    "Run the rows of a workbook over devices, and write their results back. "
    "`tfaip-experimenter status --xlsx FILE` tells how its queue stands; "
    "`cancel ID` stops a run for good, `retry ID` queues it again."
)


@params
class RunChoice(ExecutorChoice):
    """The executor of the rows, and the parameters of searches."""

    search: SearchParams = field(factory=SearchParams, help="Search of the rows with TRIALS")


@dataclass(frozen=True)
class Arguments:
    """The arguments of the command line."""

    xlsx: Path | None
    gpus: tuple[str, ...]
    cpus: tuple[str, ...]
    slots: int
    join: bool
    retry: int
    keep_going: bool
    fail_fast: bool
    timeout: timedelta | None
    max_preemptions: int
    init: tuple[str, ...]
    update: bool
    no_update: bool
    dry_run: bool
    python: str | None
    executor: ExecutorParams
    search: SearchParams
    only: tuple[str, ...]
    state: Path | None


def read_arguments(prog: str, words: Sequence[str]) -> Arguments:
    """Read the command line; help and mistakes end the process.

    Raises:
        SystemExit: With 0 after `--help`, with 2 after a mistake of the user.
    """
    command = CommandLine(prog, DESCRIPTION)
    command.add_argument("--xlsx", type=Path | None, help="The workbook; a row of its first sheet is a run")
    command.add_argument("--gpus", type=list[str], default=[], help="A slot each: 1 3; 3a 3b are two slots on GPU 3")
    command.add_argument("--cpus", type=list[str], default=[], help="Slots without a GPU: 0 1")
    command.add_argument("--slots", type=int, default=0, help="Number of rows at once, on devices of the executor")
    command.add_argument("--join", type=bool, help="Help the experimenter that works on the workbook, on other slots")
    command.add_argument("--retry", type=int, default=0, help="Number of retries of a failed run")
    command.add_argument("--keep_going", type=bool, help="Go on even if the first runs all die at their start")
    command.add_argument("--fail_fast", type=bool, help="Start nothing more once a run has failed")
    command.add_argument("--timeout", type=timedelta | None, help="Time after which a run is stopped: 90, 2h30m")
    command.add_argument(
        "--max_preemptions",
        type=int,
        default=3,
        help="Number of resumptions of a run that is stopped from outside, without an epoch in between",
    )
    command.add_argument("--init", type=list[str], default=[], help="FILE SCENARIO: make a workbook for a scenario")
    command.add_argument("--update", type=bool, help="Only write the results into the workbook")
    command.add_argument("--no_update", type=bool, help="Don't write the results when runs end")
    command.add_argument("--dry_run", type=bool, help="Only print the command lines, quoted for a shell")
    command.add_argument("--python", type=str | None, help="Python interpreter that runs the rows")
    command.add_argument("--only", type=list[str], default=[], help="IDs of the rows to run")
    command.add_argument("--state", type=Path | None, help=STATE_HELP)
    _add_executor(command, words, RunChoice)
    parsed = command.parse(words)
    found = parsed.arguments
    return Arguments(
        xlsx=found.xlsx,
        gpus=tuple(found.gpus),
        cpus=tuple(found.cpus),
        slots=found.slots,
        join=found.join,
        retry=found.retry,
        keep_going=found.keep_going,
        fail_fast=found.fail_fast,
        timeout=found.timeout,
        max_preemptions=found.max_preemptions,
        init=tuple(found.init),
        update=found.update,
        no_update=found.no_update,
        dry_run=found.dry_run,
        python=found.python,
        executor=parsed[""].executor,
        search=parsed[""].search,
        only=tuple(found.only),
        state=found.state,
    )


def _values_of(flag: str, words: Sequence[str]) -> Iterator[str]:
    """Yield what follows an argument, behind a space or an equals sign."""
    for word, following in zip(words, [*words[1:], ""], strict=False):  # no words, and the one behind them
        name, equals, value = word.partition("=")
        if name == flag:
            yield value if equals else following


@dataclass(frozen=True)
class StatusArguments:
    """The arguments of `status`."""

    xlsx: Path
    json: bool
    state: Path | None


def read_status_arguments(prog: str, words: Sequence[str]) -> StatusArguments:
    """Read the command line of `status`; help and mistakes end the process.

    Raises:
        SystemExit: With 0 after `--help`, with 2 after a mistake of the user.
    """
    command = CommandLine(prog, "Tell once how the queue of a workbook stands.")
    command.add_argument("--xlsx", type=Path, required=True, help="The workbook")
    command.add_argument("--json", type=bool, help="As JSON, for scripts")
    command.add_argument("--state", type=Path | None, help=STATE_HELP)
    found = command.parse(words).arguments
    return StatusArguments(xlsx=found.xlsx, json=found.json, state=found.state)


@dataclass(frozen=True)
class OrderArguments:
    """The words of the command lines of `cancel` and `retry`."""

    ids: tuple[str, ...]
    xlsx: Path
    state: Path | None
    executor: ExecutorParams | None = None


def read_cancel_arguments(prog: str, words: Sequence[str]) -> OrderArguments:
    """Read the command line of `cancel`; help and mistakes end the process.

    Raises:
        SystemExit: With 0 after `--help`, with 2 after a mistake of the user.
    """
    command = _order(prog, "Stop runs for good: those that wait, and those that run.")
    _add_executor(command, words)
    parsed = command.parse(words)
    found = parsed.arguments
    chosen = any(word.partition("=")[0].startswith("--executor") for word in words)
    return OrderArguments(tuple(found.ids), found.xlsx, found.state, parsed[""].executor if chosen else None)


def read_retry_arguments(prog: str, words: Sequence[str]) -> OrderArguments:
    """Read the command line of `retry`; help and mistakes end the process.

    Raises:
        SystemExit: With 0 after `--help`, with 2 after a mistake of the user.
    """
    found = _order(prog, "Queue runs again that have failed or were cancelled.").parse(words).arguments
    return OrderArguments(tuple(found.ids), found.xlsx, found.state)


def _order(prog: str, description: str) -> CommandLine:
    command = CommandLine(prog, description)
    command.add_argument("ids", type=list[str], required=True, help="IDs of the runs")
    command.add_argument("--xlsx", type=Path, required=True, help="The workbook")
    command.add_argument("--state", type=Path | None, help=STATE_HELP)
    return command


def _add_executor(command: CommandLine, words: Sequence[str], choice: type[ExecutorChoice] = ExecutorChoice) -> None:
    command.add_root("", choice)
    for word in _values_of("--executor", words):
        accept_class(word)
