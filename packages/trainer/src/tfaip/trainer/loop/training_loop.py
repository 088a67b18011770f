"""The loop that runs the steps of a training."""

from __future__ import annotations

from collections.abc import Callable

from tfaip.trainer.distribution.distributed_step import DistributedTrainStep
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.loop.deferred_update_loop import DeferredUpdateLoop
from tfaip.trainer.loop.worker_loop import WorkerLoop
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.step.train_step import TrainStep

__all__ = ["create_training_loop"]


def create_training_loop(
    step: TrainStep,
    params: TrainerParams,
    strategy: Strategy | None = None,
    stop_signal: Callable[[], int] = lambda: 0,
) -> CompiledLoop:
    """Return the loop for a step.

    Args:
        step: Trains on a batch.
        params: How it is compiled, and how many steps a call makes.
        strategy: The replicas that share a step; `None` for a single one.
        stop_signal: Returns the number of the signal that stops several workers, 0 as long as there is none.
    """
    if strategy and strategy.workers > 1:
        assert isinstance(step, DistributedTrainStep)
        return WorkerLoop(step, strategy, stop_signal, steps_per_call=params.steps_per_call)
    eager, jit_compile = params.force_eager, params.device.jit_compile
    if step.checks_finite and not (strategy or eager or jit_compile):
        return DeferredUpdateLoop(step, steps_per_call=params.steps_per_call)
    return CompiledLoop(step, steps_per_call=params.steps_per_call, eager=eager, jit_compile=jit_compile)
