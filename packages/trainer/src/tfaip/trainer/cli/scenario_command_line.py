"""The command line of commands about a scenario and its training, and the files that they need."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from tfaip.model import ScenarioBase, find_scenario
from tfaip.model.command import Invocation, blamed, remember_scenario, values_of
from tfaip.params import CommandLine
from tfaip.pipeline.early_tensorflow import EarlyTensorFlow
from tfaip.pipeline.hooks import returned
from tfaip.trainer import TrainerParams
from tfaip.trainer.folder.bundle_places import BUNDLE_DIRS
from tfaip.trainer.folder.named_places import require_places, run_folder_of
from tfaip.trainer.stages.stages import TrainingStages

__all__ = ["add_training", "named_on_the_line", "require_data", "require_folder", "scenario_command_line"]


def scenario_command_line(
    call: Invocation, early: EarlyTensorFlow | None = None
) -> tuple[type[ScenarioBase[Any, Any]], CommandLine]:
    """Return the scenario that a command is about, and a command line with the root `trainer` of its defaults.

    The place of the scenario's package is remembered as trusted where the user typed its name.

    Args:
        call: The command and its words.
        early: Records an import of TensorFlow, so that the caller can report it. By default it is reported here.
    """
    with early or EarlyTensorFlow() as noted, blamed():
        scenario = find_scenario(call.about[0])
    if early is None and (findings := noted.findings(scenario.__module__.partition(".")[0])):
        print(f"{call.name}: warning: {' '.join(findings)}", file=sys.stderr)
    if call.typed:
        remember_scenario(scenario)
    given = scenario.default_trainer_params()
    default = returned(scenario, "default_trainer_params", given, TrainerParams, "the parameters of a training")
    command_line = call.command_line(scenario.__doc__ or "")
    add_training(command_line, default)
    return scenario, command_line


def add_training(command_line: CommandLine, default: TrainerParams) -> None:
    """Add the root `trainer`, and short forms of the arguments that most trainings set."""
    command_line.add_root("trainer", type(default), default=default)
    command_line.add_shorthand("epochs", "trainer.epochs")
    command_line.add_shorthand("batch_size", "trainer.gen.setup.train.batch_size", "trainer.gen.setup.val.batch_size")
    command_line.add_shorthand("lr", "trainer.learning_rate.lr")
    command_line.add_shorthand("patience", "trainer.early_stopping.patience")


def named_on_the_line(words: Sequence[str]) -> set[str]:
    """Return the parameters that a line names, of the places to write to and their replacement."""
    fields = ("output_dir", "overwrite", *BUNDLE_DIRS)
    return {field for field in fields if values_of([f"--trainer.{field}"], words)[1] != list(words)}


def require_folder(params: TrainerParams, *, resumes: bool = False) -> None:
    """Refuse an output folder that can't be had, before TensorFlow loads.

    Raises:
        RunFolderError: It is in use, holds a run that is neither resumed nor to be overwritten, or a place of its
            bundles holds something else.
    """
    # Of several machines only one writes, and the others may find what it has just written.
    if params.output_dir is None or params.device.dist_strategy == "multi_worker":
        return
    folder = run_folder_of(params)
    if resumes:
        folder.require_free()
    else:
        folder.require_no_run(overwrite=params.overwrite)
    require_places(folder, resumes=resumes, overwrite=params.overwrite)


def require_data(scenario: type[ScenarioBase[Any, Any]], params: TrainerParams) -> None:
    """Refuse wrong stages, and files that the parameters name and that are missing, before TensorFlow loads.

    Raises:
        StageError: A stage can't be.
        DataError: A list, a table or a folder of samples is missing.
    """
    scenario.complete_trainer_params(params)
    stages = TrainingStages(params)
    for stage in stages:
        stage.params.gen.require_files(lav=stage.params.lav_every_n > 0)
    if stages.have_other_data:
        with blamed():
            made = scenario(scenario.tagged(params.scenario))
        stages.scenarios(made)
