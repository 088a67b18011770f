"""Data: a vector of three numbers for each character."""

import numpy as np

from tfaip.pipeline import ArraySpec, DataBase, DataGenerator, Sample


class CodecData(DataBase):
    def _input_layer_specs(self):
        return {"x": ArraySpec((3,), np.float32)}

    def _target_layer_specs(self):
        return {"y": ArraySpec((1,), np.int64)}


class CodecGenerator(DataGenerator):
    def __len__(self):
        return self.params.count

    def __getitem__(self, index):
        return Sample(inputs=[index % 2, index % 3, index % 5], targets="ab"[index % 2], meta={"index": index})
