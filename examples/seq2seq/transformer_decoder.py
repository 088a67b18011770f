"""A transformer's decoder."""

from typing import Any

import keras
from keras import ops

from examples.seq2seq.params import TransformerDecoderParams
from tfaip.model import LayerBase

State = dict[str, Any]


class TransformerDecoder(LayerBase[TransformerDecoderParams]):
    """Blocks over the embedded tokens and their positions.

    Args:
        params: Sizes.
        name: Name of the layer.
        vocabulary: Number of tokens.
    """

    def __init__(
        self, params: TransformerDecoderParams, name: str = "decoder", *, vocabulary: int, **kwargs: Any
    ) -> None:
        super().__init__(params, name=name, **kwargs)
        self.embedding = keras.layers.Embedding(vocabulary, params.units, name="embedding")
        self.positions = keras.layers.Embedding(params.positions, params.units, name="positions")
        self.blocks = [Block(params, name=f"block_{number}") for number in range(params.blocks)]
        self.norm = keras.layers.LayerNormalization(name="norm")
        self.logits = keras.layers.Dense(vocabulary, name="logits")

    def call(self, memory: Any, mask: Any, tokens: Any, training: bool | None = None) -> Any:
        """Return the logits of each next token, float (batch, steps, vocabulary).

        Args:
            memory: Encoded source, float (batch, memory steps, units).
            mask: Steps of the source, bool (batch, memory steps).
            tokens: True tokens before each step, int (batch, steps).
            training: Whether dropout works.
        """
        x = self._embedded(tokens, ops.arange(ops.shape(tokens)[1]))
        for block in self.blocks:
            x = block(x, memory, mask, training=training)
        return self.logits(self.norm(x))

    def first_state(self, memory: Any, mask: Any) -> State:
        """Return the state before the first token: room for the keys and values of all tokens."""
        del mask
        batch = ops.shape(memory)[0]
        return {block.name: block.own.empty_cache(batch, self.params.positions) for block in self.blocks}

    def constants(self, memory: Any, mask: Any) -> State:
        """Return the part of the source that each step reads."""
        return {"mask": mask, **{block.name: block.source.keys_and_values(memory) for block in self.blocks}}

    def step(self, tokens: Any, state: State, constants: State, position: Any) -> tuple[Any, State]:
        """Return the logits of the next token, float (rows, vocabulary), and the new state."""
        x = self._embedded(ops.expand_dims(tokens, 1), ops.reshape(position, (1,)))
        mask = ops.expand_dims(constants["mask"], 1)
        new = {}
        for block in self.blocks:
            x, new[block.name] = block.step(x, state[block.name], constants[block.name], mask, position)
        return ops.squeeze(self.logits(self.norm(x)), 1), new

    def _embedded(self, tokens: Any, positions: Any) -> Any:
        last = self.params.positions - 1
        return self.embedding(tokens) + ops.expand_dims(self.positions(ops.minimum(positions, last)), 0)


class Block(LayerBase[TransformerDecoderParams]):
    """Attention to the tokens before, attention to the source, and two dense layers, each with a residual."""

    def __init__(self, params: TransformerDecoderParams, name: str = "block", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.own = params.attention.create(name="own")
        self.source = params.attention.create(name="source")
        self.dense = keras.layers.Dense(params.feed_forward, activation="relu", name="dense")
        self.back = keras.layers.Dense(params.units, name="back")
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{part}") for part in ("own", "source", "dense")]
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout")

    def call(self, x: Any, memory: Any, mask: Any, training: bool | None = None) -> Any:
        """Return the block's result for each step, float (batch, steps, units)."""
        x += self.dropout(self.own(self.norms[0](x), causal=True, training=training), training=training)
        x += self.dropout(self.source(self.norms[1](x), memory, mask=mask, training=training), training=training)
        return x + self.dropout(self._feed_forward(x), training=training)

    def step(self, x: Any, cache: State, source: State, mask: Any, position: Any) -> tuple[Any, State]:
        """Return the result of one step, float (rows, 1, units), and the cache with its keys and values."""
        asked = self.norms[0](x)
        cache = self.own.extended(cache, asked, position)
        before = ops.arange(cache["keys"].shape[1], dtype="int32") <= position
        x += self.own.attend(asked, cache, ops.reshape(before, (1, 1, -1)))
        x += self.source.attend(self.norms[1](x), source, mask)
        return x + self._feed_forward(x), cache

    def _feed_forward(self, x: Any) -> Any:
        return self.back(self.dense(self.norms[2](x)))
