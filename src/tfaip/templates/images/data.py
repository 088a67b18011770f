"""The arrays of a sample, and the source of the samples."""

import numpy as np

from tfaip.pipeline import ArraySpec, DataBase, DataError, DataGenerator, PipelineMode, Sample
from tfaip.templates.images.files import labelled_files
from tfaip.templates.images.params import TemplateDataParams, TemplateGeneratorParams


class TemplateData(DataBase[TemplateDataParams]):
    """Names the arrays of one sample, with their shapes (without batch axis) and types."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"img": ArraySpec((self.params.size, self.params.size, 3), np.uint8)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"class": ArraySpec((1,), np.int64)}


class TemplateGenerator(DataGenerator[TemplateGeneratorParams]):
    """Makes the samples: paths and names of classes. The processors turn them into arrays."""

    def __init__(self, mode: PipelineMode, params: TemplateGeneratorParams) -> None:
        super().__init__(mode, params)
        self.files = labelled_files(params)
        # A prediction asks for no targets, and must do without them.
        if mode.needs_targets and (unknown := [path for path, name in self.files if not name]):
            raise DataError(
                f"the class of each image must be known, but it is not that of {unknown[0]}: give a folder "
                f"with a folder of images for each class, or a table with the column {params.label_column!r}"
            )

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Sample:
        path, name = self.files[index]
        return Sample(inputs={"img": path}, targets={"class": name}, meta={"path": str(path)})
