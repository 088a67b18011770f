"""Recurrent layers, one after the other."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.model.layer import LayerBase
from tfaip.model.layers.recurrent_stack_params import RecurrentStackParams

__all__ = ["RecurrentStack"]

CELLS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}


class RecurrentStack(LayerBase[RecurrentStackParams]):
    """LSTM or GRU layers over a sequence, in one direction or in both, each followed by dropout."""

    def __init__(self, params: RecurrentStackParams, name: str = "recurrent_stack", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.supports_masking = True
        self.recurrent: list[Any] = []
        for number, nodes in enumerate(params.nodes, start=1):
            name = f"{params.cell.lower()}_{number}"
            layer = CELLS[params.cell](nodes, return_sequences=True, name=name, dtype=self.dtype_policy)
            if params.bidirectional:
                layer = keras.layers.Bidirectional(layer, name=name, dtype=self.dtype_policy)
            self.recurrent.append(layer)
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout", dtype=self.dtype_policy)

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Return the last layer's values at each step, float (batch, steps, n).

        Args:
            inputs: Sequences, float (batch, steps, m).
            mask: Steps that belong to the sequence, bool (batch, steps); `None` for all of them.
            training: Whether dropout works.
        """
        for layer in self.recurrent:
            inputs = self.dropout(layer(inputs, mask=mask))
        return inputs
