"""The network."""

from typing import Any

import keras
from keras import ops
from keras_hub.models import BertBackbone

from examples.text.finetuningbert.params import PairModelParams
from tfaip.model import GraphBase

NAME = "pairs"
USUAL_WIDTH = 768


class PairGraph(GraphBase[PairModelParams]):
    """KerasHub's BERT, and a dense layer on its vector of the whole pair."""

    def __init__(self, params: PairModelParams, name: str = NAME, **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        # BERT makes its variables here and not in a call, which would bring these names into their paths.
        with keras.name_scope(name), keras.name_scope("bert"):
            self.bert = BertBackbone(**params.architecture(), name="bert")
        # KerasHub draws kernels as is right for a width of 768: in a narrow layer they would do nearly nothing.
        for variable in self.bert.trainable_variables:
            if variable.path.endswith("/kernel"):
                variable.assign(variable * (USUAL_WIDTH / params.hidden) ** 0.5)
        self.dropout = keras.layers.Dropout(params.head_dropout, name="dropout")
        self.logits = keras.layers.Dense(2, name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return float32 `logits` and `pred` (batch, 2), and the int32 `class` (batch,), 1 for equivalent."""
        encoded = self.bert(
            {"token_ids": inputs["tokens"], "segment_ids": inputs["segments"], "padding_mask": inputs["mask"]},
            training=training,
        )
        features = self.dropout(encoded["pooled_output"], training=training)
        logits = ops.cast(self.logits(features), "float32")
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}
