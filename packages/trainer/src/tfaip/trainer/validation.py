"""Validation: losses and metrics over one pass of the validation data, and some samples in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from tfaip.trainer.compiled_loop import CompiledLoop
from tfaip.trainer.sample_metas import sample_metas

if TYPE_CHECKING:
    from tfaip.trainer.network import Network
    from tfaip.trainer.printed_samples import PrintedSamples

__all__ = ["Validation"]

Tensors = Mapping[str, Any]


class Validation:
    """Evaluates a network on one pass after the other.

    Args:
        network: What is evaluated; its validation metrics hold the state.
        iterator: Iterator of the validation data: endless, in order, with the end of each pass marked.
        printed: Takes the first samples of each pass.
        eager: Run uncompiled.
        between_calls: Called several times a second; it may raise, which leaves the pass unfinished.

    Attributes:
        batches: Batches that were taken from the iterator.
    """

    def __init__(
        self,
        network: Network,
        iterator: Iterator[Any],
        printed: PrintedSamples,
        *,
        eager: bool = False,
        between_calls: Callable[[], None] = lambda: None,
    ) -> None:
        self._network = network
        self._iterator = iterator
        self._printed = printed
        self._between_calls = between_calls
        self.batches = 0
        self._loop = CompiledLoop(self._step, eager=eager)
        self._step_with_outputs = self._outputs if eager else tf.function(self._outputs, autograph=False)

    def run(self) -> dict[str, float]:
        """Evaluate one pass and return the logs."""
        self._network.val_metrics.reset()
        self._printed.start()
        ended = False
        # The first batches go one by one, because their outputs are wanted outside of the compiled loop.
        while self._printed.wants_more and not ended:
            inputs, targets, meta, end = next(self._iterator)
            outputs = self._step_with_outputs(inputs, targets)
            self._printed.print_batch(_arrays(inputs), _arrays(targets), _arrays(outputs), sample_metas(meta))
            self.batches += 1
            ended = bool(end)
            self._between_calls()
        while not ended:
            call = self._loop(self._iterator)
            self.batches += call.steps
            ended = call.ended
            self._between_calls()
        return self._network.val_metrics.result()

    def _step(self, inputs: Tensors, targets: Tensors) -> None:
        self._outputs(inputs, targets)

    def _outputs(self, inputs: Tensors, targets: Tensors) -> Tensors:
        graph, model = self._network.graph, self._network.model
        with self._network.val_recorder.recording():
            targets, outputs, losses = model.forward(graph, inputs, targets, training=False)
            predictions = graph.prediction_outputs(inputs) if graph.has_two_graphs else outputs
        self._network.val_metrics.update(inputs, targets, outputs, losses, predictions)
        return predictions


def _arrays(tensors: Tensors) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in tensors.items()}
