"""`Sample`: the unit that travels through a pipeline; its identity, and the random numbers that follow from it.

Nothing here depends on the process that does the work, so that the data is the same whatever the parallelism.

Internal API between the packages.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import numpy as np
else:
    # An evaluator names `Sample`, and its scenario is on the way to --help.
    np = loaded_later("numpy")

__all__ = ["Sample", "SampleIdentity", "lane_generator", "pass_generator", "pass_order"]

# Separate the streams of random numbers that are derived from one seed.
_SAMPLES = 0
_PASSES = 1
_LANES = 2


class SampleIdentity:
    """The sample's identity, and its random generator, which is made on first use since making one costs 10 us.

    Attributes:
        seed: The seed of the pipeline.
        epoch: The pass over the data.
        path: The index of the sample in its source; of a sharded source the index of the shard, and that in the shard.
            For one of several samples made of another one, then the number among its siblings, and so on.
        level: How many processors that see the whole stream came before: each of them numbers its samples anew.
    """

    __slots__ = ("_generator", "epoch", "level", "path", "seed")

    def __init__(self, seed: int, epoch: int, path: tuple[int, ...], level: int = 0) -> None:
        self.seed = seed
        self.epoch = epoch
        self.path = path
        self.level = level
        self._generator: np.random.Generator | None = None

    @property
    def generator(self) -> np.random.Generator:
        """The random generator of this sample."""
        if self._generator is None:
            key = (_SAMPLES, self.level, self.epoch, *self.path)
            self._generator = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        return self._generator

    @property
    def is_drawn_from(self) -> bool:
        """Whether somebody asked for random numbers of this sample."""
        return self._generator is not None

    def child(self, number: int) -> SampleIdentity:
        """The identity of the `number`-th sample that is made of this one."""
        return SampleIdentity(self.seed, self.epoch, (*self.path, number), self.level)

    def __str__(self) -> str:
        return f"sample {'.'.join(map(str, self.path))} of epoch {self.epoch}"


def pass_generator(seed: int, epoch: int) -> np.random.Generator:
    """The random generator that decides on the order of one pass over the data."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_PASSES, epoch)))


def lane_generator(seed: int, epoch: int, machine: int, lane: int) -> np.random.Generator:
    """The random generator that mixes the samples of one lane of shards in one pass."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_LANES, epoch, machine, lane)))


def pass_order(seed: int, epoch: int, length: int) -> np.ndarray:
    """The shuffled indices of one pass: int64 of shape `[length]`."""
    return pass_generator(seed, epoch).permutation(length)


class Sample:
    """Inputs, outputs, targets and meta of one example.

    Before the batcher, `inputs` and `targets` may be anything a processor likes; the batcher takes dicts of arrays
    without batch axis, as the specs of the `DataBase` say. `outputs` are the predictions of a model. `meta` is free:
    it travels beside the arrays and is never batched.

    A subclass may hold more: it keeps its class and attributes up to the batcher, also from process to process.

    Samples are treated as values: a processor returns a new one (`new_inputs`, ...) or changes its own one, with the
    dicts in it. The arrays in them may be shared with other samples and must not be written to.
    """

    __slots__ = ("_identity", "inputs", "meta", "outputs", "targets")

    def __init__(self, *, inputs: Any = None, outputs: Any = None, targets: Any = None, meta: Any = None) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.targets = targets
        self.meta = {} if meta is None else meta
        self._identity: SampleIdentity | None = None

    @property
    def rng(self) -> np.random.Generator:
        """The random generator of this sample, derived from the seed of the pipeline, the epoch and the sample's index.

        Processors that draw from nothing else give the same data whatever the number of processes. A sample that was
        never in a pipeline has a generator without a fixed seed.
        """
        if self._identity is None:
            self._identity = SampleIdentity(int.from_bytes(os.urandom(8), "little"), 0, ())
        return self._identity.generator

    @property
    def identity(self) -> SampleIdentity | None:
        """The sample's identity: pass and position; None outside of a pipeline."""
        return self._identity

    def identified_by(self, identity: SampleIdentity | None) -> Sample:
        """This very sample, after its identity was set."""
        self._identity = identity
        return self

    def copy(self) -> Sample:
        """A copy whose dicts and lists are its own, while the arrays in them are shared."""
        # Written out, since each sample is copied at least once.
        made = Sample.__new__(Sample) if self.__class__ is Sample else self._same()
        value = self.inputs
        made.inputs = value.copy() if value.__class__ is dict or value.__class__ is list else value
        value = self.outputs
        made.outputs = value.copy() if value.__class__ is dict or value.__class__ is list else value
        value = self.targets
        made.targets = value.copy() if value.__class__ is dict or value.__class__ is list else value
        value = self.meta
        made.meta = value.copy() if value.__class__ is dict or value.__class__ is list else value
        made._identity = self._identity
        return made

    def new_inputs(self, inputs: Any) -> Sample:
        """A shallow copy with other inputs."""
        return self._with(inputs, self.outputs, self.targets, self.meta)

    def new_outputs(self, outputs: Any) -> Sample:
        """A shallow copy with other outputs."""
        return self._with(self.inputs, outputs, self.targets, self.meta)

    def new_targets(self, targets: Any) -> Sample:
        """A shallow copy with other targets."""
        return self._with(self.inputs, self.outputs, targets, self.meta)

    def new_meta(self, meta: Any) -> Sample:
        """A shallow copy with another meta."""
        return self._with(self.inputs, self.outputs, self.targets, meta)

    def new_invalid(self) -> Sample:
        """A copy that holds nothing but the meta: it is valid in no mode, so the pipeline drops and counts it."""
        return self._with(None, None, None, self.meta)

    def is_valid(self, mode: PipelineMode) -> bool:
        """Whether the sample holds what the mode needs: inputs unless TARGETS, targets unless PREDICTION."""
        return not ((mode.needs_inputs and self.inputs is None) or (mode.needs_targets and self.targets is None))

    def _with(self, inputs: Any, outputs: Any, targets: Any, meta: Any) -> Sample:
        made = Sample.__new__(Sample) if self.__class__ is Sample else self._same()
        made.inputs = inputs
        made.outputs = outputs
        made.targets = targets
        made.meta = meta
        made._identity = self._identity
        return made

    def _same(self) -> Sample:
        """A sample of a subclass with the same values."""
        return _restore_subclass(self.__class__, object.__getstate__(self))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.__class__ is not Sample:
            return _restore_subclass, (self.__class__, object.__getstate__(self))
        # Several times faster than the default for classes with slots.
        return _restore, (self.inputs, self.outputs, self.targets, self.meta, self._identity)

    def __repr__(self) -> str:
        parts = [f"{name}={getattr(self, name)!r}" for name in ("inputs", "outputs", "targets", "meta")]
        return f"Sample({', '.join(parts)})"


def _restore(inputs: Any, outputs: Any, targets: Any, meta: Any, identity: SampleIdentity | None) -> Sample:
    sample = Sample(inputs=inputs, outputs=outputs, targets=targets, meta=meta)
    sample._identity = identity
    return sample


def _restore_subclass(cls: type[Sample], state: Any) -> Sample:
    """A sample of a subclass, made without `__init__`, whose arguments are not known."""
    sample = object.__new__(cls)
    attributes, slots = state
    for name, value in {**(attributes or {}), **slots}.items():
        object.__setattr__(sample, name, value)
    return sample
