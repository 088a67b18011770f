"""Promise 8: arrays come through memory that nobody copies, and stay as long as somebody refers to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_workers import KINDS, WORKERS
from pipeline_cases import AddNoiseParams, LargeNumbersParams, LargeParams, NumbersParams, make_pipeline

from tfaip.pipeline import SequentialProcessorPipelineParams
from tfaip.pipeline.engine.processes.shared_memory import Arena, MappedBlocks


@pytest.fixture(params=KINDS)
def big_batches(request):
    def made(*processors, **options):
        data = LargeParams(pre_proc=SequentialProcessorPipelineParams(processors=list(processors)))
        settings = {"generator": LargeNumbersParams(count=400), "batch_size": 20, "prefetch": 8}
        return make_pipeline(data=data, **settings, **request.param).generate_input_batches(**options)

    return made


def base_of(array):
    while isinstance(array, np.ndarray):
        array = array.base
    return type(array).__name__


def test_batches_are_views_of_memory_that_is_used_again(big_batches):
    with big_batches() as batches:
        batch = next(batches)
    assert {base_of(array) for array in [*batch.inputs.values(), *batch.targets.values()]} == {"Lease"}


def test_arrays_keep_their_values_while_others_come_and_after_the_end(big_batches):
    with big_batches(AddNoiseParams(), repeat=False) as batches:
        kept = []
        for batch in batches:
            kept.append((batch.inputs["x"][3:7, 1:99], batch.inputs["x"][3:7, 1:99].copy()))
    assert all(np.array_equal(view, copy) for view, copy in kept)


def test_memory_is_used_again_once_nobody_refers_to_it(big_batches):
    with big_batches() as batches:
        addresses = {next(batches).inputs["x"].__array_interface__["data"][0] for _ in range(400)}
    # Each of the two workers has memory for all that may be in the making, and some on its way back.
    assert len(addresses) < 2 * (8 + 8)


def test_consumers_may_write_into_their_batches(big_batches):
    with big_batches() as batches:
        next(batches).inputs["x"][:] = 0


@pytest.mark.parametrize("workers", WORKERS)
def test_batches_begin_where_tensorflow_can_adopt_them(workers):
    pipeline = make_pipeline(**workers, generator=NumbersParams(count=4000), batch_size=200)
    with pipeline.generate_input_batches() as batches:
        batch = next(batches)
    for array in [*batch.inputs.values(), *batch.targets.values()]:
        assert array.__array_interface__["data"][0] % 64 == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3 * 4096), st.integers(0, 3)), max_size=30))
def test_a_block_is_never_written_while_it_is_leased(steps):
    """The writer and the reader of the protocol, in one process: each step writes a block and drops an old view."""
    arena, mapped = Arena(), MappedBlocks()
    views = []
    for number, (size, dropped) in enumerate(steps):
        arena.release(mapped.take_released())
        block = arena.allocate(size)
        assert block.size >= size
        block.memory[:size] = number % 251
        for outgrown in arena.take_dropped():
            mapped.detach(outgrown)
        if block.descriptor is not None:
            import os

            mapped.attach(block.number, os.dup(block.descriptor), block.size)
            block.announced()
        views.append((mapped.lease(block.number)[:size], number % 251))
        assert all((view == value).all() for view, value in views)
        del views[: dropped if len(views) > dropped else 0]
    views.clear()
    mapped.take_released()
    assert mapped.leased == 0


def test_lack_of_memory_is_an_error_and_no_crash(monkeypatch):
    def refuse(descriptor, offset, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", refuse)
    with pytest.raises(MemoryError, match="no 4096 bytes of shared memory .*No space left on device"):
        Arena().allocate(80)
