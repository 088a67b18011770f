"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.experimenter.commands.plan import read_plan as read_plan
from tfaip.experimenter.errors import ExperimenterError as ExperimenterError
from tfaip.experimenter.errors import SheetError as SheetError
from tfaip.experimenter.executors.batch import BatchExecutor as BatchExecutor
from tfaip.experimenter.executors.batch import BatchExecutorParams as BatchExecutorParams
from tfaip.experimenter.executors.batch import BatchJob as BatchJob
from tfaip.experimenter.executors.batch import BatchState as BatchState
from tfaip.experimenter.executors.interface import Ended as Ended
from tfaip.experimenter.executors.interface import Executor as Executor
from tfaip.experimenter.executors.interface import ExecutorError as ExecutorError
from tfaip.experimenter.executors.interface import Job as Job
from tfaip.experimenter.executors.interface import Lost as Lost
from tfaip.experimenter.executors.interface import Running as Running
from tfaip.experimenter.executors.params import ExecutorParams as ExecutorParams
from tfaip.experimenter.executors.slots import Slot as Slot
from tfaip.experimenter.executors.slots import read_slots as read_slots
from tfaip.experimenter.queue.scheduler import Options as Options
from tfaip.experimenter.run_folder.progress import RunProgress as RunProgress
from tfaip.experimenter.run_folder.progress import read_progress as read_progress
from tfaip.experimenter.session import run_plan as run_plan
from tfaip.experimenter.session import update_results as update_results
from tfaip.experimenter.sheet.rows import read_sheet as read_sheet
from tfaip.experimenter.views.status import workbook_snapshot as workbook_snapshot
