"""The content of a sample where it reaches the network."""

import numpy as np

from examples.seq2seq.params import Seq2SeqDataParams
from tfaip.pipeline import ArraySpec, DataBase


class Seq2SeqData(DataBase[Seq2SeqDataParams]):
    """Two texts as tokens, of any length; padding is token 0."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"source": ArraySpec((None,), np.int64)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"target": ArraySpec((None,), np.int64)}
