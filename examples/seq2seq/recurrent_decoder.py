"""A recurrent decoder with attention."""

from typing import Any

import keras
from keras import ops

from examples.seq2seq.params import RecurrentDecoderParams
from tfaip.model import LayerBase

State = dict[str, Any]


class RecurrentDecoder(LayerBase[RecurrentDecoderParams]):
    """A GRU whose outputs ask for a part of the source; both together give the next token.

    Args:
        params: Sizes.
        name: Name of the layer.
        vocabulary: Number of tokens.
    """

    def __init__(
        self, params: RecurrentDecoderParams, name: str = "decoder", *, vocabulary: int, **kwargs: Any
    ) -> None:
        super().__init__(params, name=name, **kwargs)
        self.embedding = keras.layers.Embedding(vocabulary, params.units, name="embedding")
        self.bridge = keras.layers.Dense(params.units, activation="tanh", name="bridge")
        self.gru = keras.layers.GRU(params.units, return_sequences=True, name="gru")
        self.attention = params.attention.create(name="attention")
        self.combine = keras.layers.Dense(params.units, activation="tanh", name="combine")
        self.logits = keras.layers.Dense(vocabulary, name="logits")

    def call(self, memory: Any, mask: Any, tokens: Any, training: bool | None = None) -> Any:
        """Return the logits of each next token, float (batch, steps, vocabulary).

        Args:
            memory: Encoded source, float (batch, memory steps, units).
            mask: Steps of the source, bool (batch, memory steps).
            tokens: True tokens before each step, int (batch, steps).
            training: Whether dropout works.
        """
        hidden = self.gru(self.embedding(tokens), initial_state=self._first_state(memory, mask))
        context = self.attention(hidden, memory, mask=mask, training=training)
        return self.logits(self.combine(ops.concatenate([hidden, context], axis=-1)))

    def first_state(self, memory: Any, mask: Any) -> State:
        """Return the state before the first token."""
        return {"hidden": self._first_state(memory, mask)}

    def constants(self, memory: Any, mask: Any) -> State:
        """Return the part of the source that each step reads."""
        return {"source": self.attention.keys_and_values(memory), "mask": mask}

    def step(self, tokens: Any, state: State, constants: State, position: Any) -> tuple[Any, State]:
        """Return the logits of the next token, float (rows, vocabulary), and the new state."""
        del position
        hidden, _ = self.gru.cell(self.embedding(tokens), [state["hidden"]])
        asked = ops.expand_dims(hidden, 1)
        context = self.attention.attend(asked, constants["source"], ops.expand_dims(constants["mask"], 1))
        combined = self.combine(ops.concatenate([hidden, ops.squeeze(context, 1)], axis=-1))
        return self.logits(combined), {"hidden": hidden}

    def _first_state(self, memory: Any, mask: Any) -> Any:
        """Return a state made of the mean of the encoded source, float (batch, units)."""
        weights = ops.expand_dims(ops.cast(mask, memory.dtype), -1)
        return self.bridge(ops.sum(memory * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1))
