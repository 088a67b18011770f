"""The data of the tutorial: the content and the source of its samples."""

import numpy as np

from examples.tutorial.min.datasets import load_dataset
from examples.tutorial.min.params import TutorialDataParams, TutorialGeneratorParams
from tfaip.pipeline import ArraySpec, DataBase, DataGenerator, PipelineMode, Sample


class TutorialData(DataBase[TutorialDataParams]):
    """One image and its class."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"img": ArraySpec((28, 28), np.uint8)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"gt": ArraySpec((1,), np.int64)}


class TutorialGenerator(DataGenerator[TutorialGeneratorParams]):
    """The samples of one split, from memory."""

    def __init__(self, mode: PipelineMode, params: TutorialGeneratorParams) -> None:
        super().__init__(mode, params)
        self.images, self.classes = load_dataset(params.dataset, params.split)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Sample:
        return Sample(
            inputs={"img": self.images[index]},
            targets={"gt": self.classes[index : index + 1]},
            meta={"index": index},
        )
