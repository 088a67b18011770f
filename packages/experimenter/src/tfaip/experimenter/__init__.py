"""A workbook of runs, scheduled over devices, with the results written back into the workbook."""

import importlib

# Each runner imports this package: `typing` would be half of its start-up. Type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tfaip.experimenter.errors import ExperimenterError, SheetError
    from tfaip.experimenter.executors.interface import Ended, Executor, Job, Lost, Running
    from tfaip.experimenter.plan import read_plan
    from tfaip.experimenter.queue.scheduler import Options
    from tfaip.experimenter.run_progress import RunProgress, read_progress
    from tfaip.experimenter.session import run_plan, update_results
    from tfaip.experimenter.sheet.rows import read_sheet
    from tfaip.experimenter.slots import Slot, read_slots
    from tfaip.experimenter.status import workbook_snapshot

__all__ = [
    "Ended",
    "Executor",
    "ExperimenterError",
    "Job",
    "Lost",
    "Options",
    "RunProgress",
    "Running",
    "SheetError",
    "Slot",
    "read_plan",
    "read_progress",
    "read_sheet",
    "read_slots",
    "run_plan",
    "update_results",
    "workbook_snapshot",
]

_LAZY = {
    "Ended": "executors.interface",
    "Executor": "executors.interface",
    "ExperimenterError": "errors",
    "Job": "executors.interface",
    "Lost": "executors.interface",
    "Options": "queue.scheduler",
    "RunProgress": "run_progress",
    "Running": "executors.interface",
    "SheetError": "errors",
    "Slot": "slots",
    "read_plan": "plan",
    "read_progress": "run_progress",
    "read_sheet": "sheet.rows",
    "read_slots": "slots",
    "run_plan": "session",
    "update_results": "session",
    "workbook_snapshot": "status",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
