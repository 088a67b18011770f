"""The data that is trained on, and how far it has been used."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import StateError
from tfaip.trainer.distribution.share import share_of_batches, share_of_state
from tfaip.trainer.loop.epoch_size import EpochSize
from tfaip.trainer.loop.input_batches import pipeline_errors, sample_metas
from tfaip.trainer.params import TrainerParams

__all__ = ["BATCHES_AHEAD", "TrainingData"]

logger = logging.getLogger(__name__)

# One that is handed over to TensorFlow while a step computes on another, and one more against jitter.
BATCHES_AHEAD = 2


class TrainingData:
    """An endless iterator over the batches of the training data; a context that closes it.

    Args:
        params: Where the samples come from.
        scenario: Whose data.
        state: A result of `state`, to go on there; `None` for the beginning.
        shard: `(index, number)` of the worker: it takes its part of the data, and of each batch.

    Attributes:
        iterator: Iterator of (inputs, targets, end_of_epoch).
        size: Samples of an epoch, as far as they are known.
        batches: Batches that were taken from the iterator; the consumer counts them here.
        starts_anew: Whether the state was one of other data, so that its pass begins again.
    """

    def __init__(
        self,
        params: TrainerParams,
        scenario: ScenarioBase[Any, Any],
        state: Mapping[str, Any] | None,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        gen = params.gen
        setup = share_of_batches(gen.setup.train, shard[1])
        pipeline = scenario.data.create_pipeline(
            PipelineMode.TRAINING, setup, gen.training_samples(), seed=params.random_seed or 0
        )
        if params.preload_data:
            pipeline = pipeline.as_preloaded()
        self._pipeline = pipeline
        self.count_epochs(params)
        self._shard = shard
        if state is not None and shard[1] > 1:
            state = share_of_state(state, self.size.known, shard)
        self.starts_anew = False
        try:
            self._dataset = pipeline.input_dataset(repeat=True, state=state, shard=shard)
        except StateError as error:
            logger.warning("The training data has changed, a pass over it starts anew: %s", error)
            self.starts_anew = True
            self._dataset = pipeline.input_dataset(repeat=True, shard=shard)
        self.batches = 0

    def __enter__(self) -> TrainingData:
        self._stack = ExitStack()
        self._stack.enter_context(self._dataset)
        self.iterator: Any = iter(self._dataset.dataset.prefetch(BATCHES_AHEAD))
        return self

    def __exit__(self, *_: object) -> None:
        # TensorFlow must let go of the iterator while Python still runs, since its finalizer calls into it.
        self.iterator = None
        self._stack.close()

    def count_epochs(self, params: TrainerParams) -> None:
        """Count the samples of an epoch as these parameters say, from the next epoch on."""
        self.size = EpochSize.of(params, self._pipeline)

    def errors(self) -> AbstractContextManager[None]:
        """Return a context that raises errors of the pipeline as what they are."""
        return pipeline_errors(self._dataset)

    def state(self) -> dict[str, Any]:
        """Return the place right after the batches that were taken, as plain JSON."""
        return self._dataset.state(self.batches)

    def last_batch(self) -> tuple[Any, Any, list[Any]]:
        """Return inputs, targets and each sample's meta of the batch that was taken last.

        It is made again: the pipeline gives the same batch, and now with the identities of its samples.
        """
        state = self._dataset.state(self.batches - 1)
        with self._pipeline.input_dataset(repeat=True, with_meta=True, state=state, shard=self._shard) as data:
            inputs, targets, meta, _ = next(iter(data.dataset))
        return inputs, targets, sample_metas(meta)
