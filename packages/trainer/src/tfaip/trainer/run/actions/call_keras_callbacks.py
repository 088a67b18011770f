"""Keras callbacks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras

from tfaip.pipeline.hooks import call_user_code
from tfaip.trainer.errors import CallbackError
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["CallKerasCallbacks", "GraphModel"]

logger = logging.getLogger(__name__)

_OF_BATCHES = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


class CallKerasCallbacks(Action):
    """Calls Keras callbacks as `keras.Model.fit` does with many `steps_per_execution`.

    - `on_train_*`, `on_epoch_*` with all logs of the epoch, those of validation and LAV included.
    - `on_train_batch_begin` and `on_train_batch_end` before and after each call of the compiled loop. A call makes many
      steps. The arguments are the numbers of its first and its last step in the epoch.
    - `on_test_begin` and `on_test_end` around the validation; nothing for its batches.
    - `on_train_end` once the bundles `best` and `export` are written; not where the run is stopped or fails.
    - `on_train_stopped(how)`, which Keras doesn't have, however the run ends: "finished", "stopped" or "failed".

    Errors in a callback end the training.

    Args:
        callbacks: Keras callbacks.
    """

    def __init__(self, callbacks: Sequence[Any]) -> None:
        self._callbacks = list(callbacks)
        self._wants_batches = [callback for callback in self._callbacks if _overrides_batches(callback)]
        self._list: Any = None
        self._warned_of_rate = False

    def open(self, context: RunContext) -> None:
        """Introduce the callbacks to the model and begin the training."""
        if not self._callbacks:
            return
        params, state = context.params, context.training_state
        self._model = GraphModel(state.graph, state.optimizer)
        self._list = keras.callbacks.CallbackList(
            self._callbacks, model=self._model, epochs=context.epochs, steps=None, verbose=0
        )
        context.callbacks = self._list
        if self._wants_batches and params.steps_per_call != 1:
            names = ", ".join(type(callback).__name__ for callback in self._wants_batches)
            logger.info(
                "%s: batch hooks are called once for many steps; --trainer.steps_per_call 1 calls them at each step",
                names,
            )
        call_user_code(self._list.on_train_begin)

    def before_epoch(self, context: RunContext) -> None:
        """Begin the epoch and its first call."""
        if self._list:
            with self._rate_watched(context):
                call_user_code(self._list.on_epoch_begin, context.epoch)
            self._begin_call(context)

    def after_call(self, context: RunContext) -> None:
        """End the call and begin the next one."""
        if not self._list:
            return
        if self._wants_batches:
            progress = context.epoch_progress
            call_user_code(self._list.on_train_batch_end, max(progress.steps - 1, 0), dict(progress.logs()))
        if self._model.stop_training:
            context.epoch_is_trained = True
            context.training_state.step.end_epoch()
        if not context.epoch_is_trained:
            self._begin_call(context)

    def observe(self, context: RunContext) -> None:
        """End the epoch."""
        if not self._list:
            return
        with self._rate_watched(context):
            call_user_code(self._list.on_epoch_end, context.epoch - 1, context.logs)
        if self._model.stop_training:
            context.stop_reason = context.stop_reason or "a Keras callback has set stop_training"

    def after_training(self, context: RunContext) -> None:
        """Tell the callbacks that the training has ended."""
        if self._list:
            call_user_code(self._list.on_train_end, context.logs)

    def stopped(self, context: RunContext, how: str) -> None:
        """Tell the callbacks that want to know it how the run has ended; Keras has no such hook."""
        for callback in self._callbacks if self._list else ():
            if hasattr(callback, "on_train_stopped"):
                call_user_code(callback.on_train_stopped, how)

    @contextmanager
    def _rate_watched(self, context: RunContext) -> Iterator[None]:
        """Say, once, if the context changes the learning rate."""
        rate = context.training_state.step.learning_rate
        yield
        if context.training_state.step.learning_rate != rate and not self._warned_of_rate:
            self._warned_of_rate = True
            logger.warning(
                "A Keras callback has changed the learning rate, to no effect: the schedule sets it at each step; "
                "choose another one by --learning_rate"
            )

    def _begin_call(self, context: RunContext) -> None:
        if self._wants_batches:
            call_user_code(self._list.on_train_batch_begin, context.epoch_progress.steps)


def _overrides_batches(callback: Any) -> bool:
    """Whether a callback has a hook of its own for batches, in its class or put on the object."""
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(keras.callbacks.Callback, name)
        for name in _OF_BATCHES
    )


class GraphModel(keras.Model):
    """The object that a callback finds as its `model`: the weights of the graph, its prediction, the optimizer.

    It is never compiled nor fitted.

    Args:
        graph: Built; its variables keep their paths.
        optimizer: The trained scenario. Its learning rate is set by the schedule at each step.

    Attributes:
        stop_training: A callback that sets it ends the training.
    """

    def __init__(self, graph: Any, optimizer: Any) -> None:
        super().__init__(name=graph.name)
        self.graph = graph
        self.optimizer = optimizer
        self.stop_training = False
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs of the prediction for inputs by name, of shape (batch, ...)."""
        outputs: dict[str, Any] = self.graph.build_prediction_graph(inputs)
        return outputs

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: a graph is stored as a bundle, or by its weights.

        Raises:
            CallbackError: Always.
        """
        raise CallbackError(
            "a callback can't save the model of a scenario as a whole: the trainer exports it as a bundle to best/ and "
            "export/; `save_weights_only=True` saves its weights"
        )
