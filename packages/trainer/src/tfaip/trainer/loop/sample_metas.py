"""What identifies the samples of a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["sample_metas"]


def sample_metas(meta: Mapping[str, Any]) -> list[Any]:
    """Return the meta of each sample, from the tensors of a batch of shape (batch, ...).

    It travels as JSON text, unless the data has tensors of its own for it.
    """
    arrays = {name: tensor.numpy() for name, tensor in meta.items()}
    if list(arrays) == ["meta"] and arrays["meta"].dtype == object:
        return [json.loads(text) for (text,) in arrays["meta"]]
    return [{name: array[row] for name, array in arrays.items()} for row in range(len(next(iter(arrays.values()))))]
