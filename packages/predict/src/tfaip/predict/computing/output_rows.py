"""The outputs of a batch as those of its samples.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tfaip.model import ModelDefinitionError

__all__ = ["output_rows"]


def output_rows(outputs: Mapping[str, np.ndarray], size: int) -> Iterator[dict[str, np.ndarray]]:
    """Return the outputs of each sample of a batch, in the order of their names.

    A SavedModel gives its outputs in another order in each process, and with them the columns of a table.

    Args:
        outputs: By name, of shape (batch, ...).
        size: Samples of the batch.

    Raises:
        ModelDefinitionError: An output has no row for each sample, or rows of none.
    """
    for name, array in outputs.items():
        # With more rows than samples, nobody could say whose they are.
        if array.shape[:1] != (size,):
            raise ModelDefinitionError(
                f"an output must have one row for each sample of the batch, shape ({size}, ...), got {array.shape} for "
                f"{name!r}: change it in the graph, or leave it out of `build_prediction_graph` and `_export_graphs`"
            )
    ordered = [(name, outputs[name]) for name in sorted(outputs)]
    return ({name: array[row] for name, array in ordered} for row in range(size))
