"""A scenario whose samples are the lines of list files."""

from __future__ import annotations

from typing import Generic, TypeVar

from tfaip.model.scenario.params import TScenarioParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParams
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params import TYPE_ARGUMENT, field, params
from tfaip.pipeline.generators.list_file_params import ListFileGeneratorParams

__all__ = ["ListFilePipelineParams", "ListFileScenario", "TListsParams"]

TListsParams = TypeVar("TListsParams", bound=ListFileGeneratorParams)
"""The lists of a `ListFilePipelineParams`."""


@params(former_tags=["tfaip.scenario.listfile.params:ListFileTrainerPipelineParams"])
class ListFilePipelineParams(TrainerPipelineParams[TListsParams, TListsParams], Generic[TListsParams]):
    """Lists to train on, and others to validate on; without the latter there is no validation."""

    train: TListsParams = field(default=TYPE_ARGUMENT, mode="flat", help="Lists of the training")
    val: TListsParams = field(default=TYPE_ARGUMENT, mode="flat", help="Lists of the validation")

    def val_gen(self) -> TListsParams | None:
        """Return the generator that reads the validation's lists in order; `None` where it has no samples."""
        return self.val if self.val.has_samples() else None


class ListFileScenario(
    ScenarioBase[TScenarioParams, ListFilePipelineParams[ListFileGeneratorParams]], Generic[TScenarioParams]
):
    """Samples are the lines of text files, usually paths: `Sample(inputs=line, targets=line)`.

    Processors make arrays of them:

        class MyScenario(ListFileScenario[MyScenarioParams]):
            pass

    A scenario with a generator of its own overrides `trainer_pipeline_params_cls`, and returns a params class that
    derives from `ListFilePipelineParams[MyListsParams]`.
    """
