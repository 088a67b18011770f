"""Attention whose keys and values can be kept from step to step."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from tfaip.model.layer import LayerBase
from tfaip.model.layers.attention_params import AttentionParams

__all__ = ["Attention"]

Cache = dict[str, Any]

# Less than any logit; minus infinity would give NaN where everything is masked.
MASKED = -3e4


class Attention(LayerBase[AttentionParams]):
    """Attention with several heads: over a memory, or over the sequence itself.

    A call sees whole sequences. A decoder that goes on token by token computes each key and value once.
    `keys_and_values` computes those of a memory. `empty_cache` and `extended` keep those of the decoder's own tokens.
    `attend` reads both kinds.
    """

    def __init__(self, params: AttentionParams, name: str = "attention", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.supports_masking = True
        units = params.heads * params.head_units
        self.query, self.key, self.value = (
            keras.layers.Dense(units, name=part, dtype=self.dtype_policy) for part in ("query", "key", "value")
        )
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout", dtype=self.dtype_policy)
        self.output_layer: Any = None

    def build(self, input_shape: Any = None) -> None:
        """Make the output layer, which has as many units as the queries, of shape (batch, steps, units)."""
        self.output_layer = keras.layers.Dense(input_shape[-1], name="output", dtype=self.dtype_policy)
        super().build(input_shape)

    def call(
        self, inputs: Any, memory: Any = None, mask: Any = None, causal: bool = False, training: bool | None = None
    ) -> Any:
        """Return the attention's result for each step, float (batch, steps, units).

        Args:
            inputs: Queries, float (batch, steps, units).
            memory: Memory, float (batch, memory steps, n); default: `inputs`.
            mask: Steps of the memory that belong to it, bool (batch, memory steps); default: all.
            causal: Whether a step sees only those up to itself.
            training: Whether dropout works.
        """
        del training  # the dropout knows
        memory = inputs if memory is None else memory
        mask = None if mask is None else ops.expand_dims(mask, 1)
        if causal:
            before = ops.expand_dims(ops.arange(ops.shape(memory)[1]), 0) <= ops.expand_dims(
                ops.arange(ops.shape(inputs)[1]), 1
            )
            before = ops.expand_dims(before, 0)
            mask = before if mask is None else ops.logical_and(before, mask)
        return self.attend(inputs, self.keys_and_values(memory), mask)

    def keys_and_values(self, memory: Any) -> Cache:
        """Return `keys` and `values` of a memory, float (batch, memory steps, heads, units of a head) each."""
        return {"keys": self._heads(self.key(memory)), "values": self._heads(self.value(memory))}

    def empty_cache(self, batch: Any, length: int) -> Cache:
        """Return room for keys and values of `length` steps: zeros (batch, length, heads, units of a head)."""
        shape = (batch, length, self.params.heads, self.params.head_units)
        return {"keys": ops.zeros(shape, self.compute_dtype), "values": ops.zeros(shape, self.compute_dtype)}

    def extended(self, cache: Cache, inputs: Any, position: Any) -> Cache:
        """Return the cache with keys and values of one step, float (batch, 1, units), at `position`, int ()."""
        length = cache["keys"].shape[1]
        here = ops.reshape(ops.arange(length, dtype="int32") == position, (1, length, 1, 1))
        added = self.keys_and_values(inputs)
        return {name: ops.where(here, added[name], cache[name]) for name in ("keys", "values")}

    def attend(self, inputs: Any, cache: Cache, mask: Any = None) -> Any:
        """Return the attention's result for each step, float (batch, steps, units).

        Args:
            inputs: Queries, float (batch, steps, units).
            cache: Keys and values.
            mask: Memory steps that each step sees, bool (batch or 1, steps or 1, memory steps); default: all.
        """
        queries = self._heads(self.query(inputs)) * (1 / math.sqrt(self.params.head_units))
        logits = ops.einsum("bqhd,bmhd->bhqm", queries, cache["keys"])
        if mask is not None:
            logits = ops.where(ops.expand_dims(mask, 1), logits, MASKED)
        weights = self.dropout(ops.softmax(logits, axis=-1))
        seen = ops.einsum("bhqm,bmhd->bqhd", weights, cache["values"])
        return self.output_layer(
            ops.reshape(seen, (-1, ops.shape(seen)[1], self.params.heads * self.params.head_units))
        )

    def _heads(self, units: Any) -> Any:
        return ops.reshape(units, (-1, ops.shape(units)[1], self.params.heads, self.params.head_units))
