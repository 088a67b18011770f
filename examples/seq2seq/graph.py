"""The network: an encoder of the source, and a decoder of the target."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from examples.seq2seq.characters import END, PADDING, START, VOCABULARY
from examples.seq2seq.params import Seq2SeqModelParams
from tfaip.model import GraphBase

Tensors = Mapping[str, Any]


class Seq2SeqGraph(GraphBase[Seq2SeqModelParams]):
    """Teacher forcing in the training, decoding token by token in the prediction."""

    def __init__(self, params: Seq2SeqModelParams, name: str = "seq2seq", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.embedding = keras.layers.Embedding(VOCABULARY, params.embedding, name="embedding")
        self.encoder = keras.layers.Bidirectional(
            keras.layers.GRU(params.encoder_units, return_sequences=True), name="encoder"
        )
        self.decoder = params.decoder.create(name="decoder", vocabulary=VOCABULARY)
        self.search = params.beam.create(name="search", start=START, end=END, padding=PADDING)

    def build_train_graph(self, inputs: Tensors, targets: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return `logits` of each token, float32 (batch, steps, vocabulary), given the true tokens before it."""
        memory, mask = self._encoded(inputs)
        before = ops.pad(targets["target"][:, :-1], ((0, 0), (1, 0)), constant_values=START)
        return {"logits": self.decoder(memory, mask, before, training=training)}

    def build_prediction_graph(self, inputs: Tensors) -> dict[str, Any]:
        """Return the hypotheses, the best one first.

        `sequences` are int32 (batch, width, max_length), padded with 0, `lengths` int32 (batch, width) and `scores`
        float32 (batch, width).
        """
        memory, mask = self._encoded(inputs)
        state, constants = self.decoder.first_state(memory, mask), self.decoder.constants(memory, mask)
        return self.search(state, step=self.decoder.step, constants=constants)

    def _encoded(self, inputs: Tensors) -> tuple[Any, Any]:
        """Return the encoded source, float (batch, steps + 1, 2 * units), and its mask, bool (batch, steps + 1)."""
        # A step of padding, since a GRU takes no batch of empty texts.
        source = ops.pad(inputs["source"], ((0, 0), (0, 1)), constant_values=PADDING)
        mask = source != PADDING
        memory = self.encoder(self.embedding(source), mask=mask)
        return ops.where(ops.expand_dims(mask, -1), memory, 0), mask
