"""Promise 7 and 4: how workers start, what they know, and how much they do in advance."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kinds_of_workers import KINDS, WORKERS
from pipeline_cases import (
    DataParams,
    NumbersParams,
    SlowParams,
    StreamParams,
    TellProcessParams,
    contents,
    make_pipeline,
)

from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.preferred import _PreferredFinder, prefer
from tfaip.pipeline import (
    ComposedProcessorPipelineParams,
    DataPipelineParams,
    PipelineMode,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.engine.processes import worker_process
from tfaip.pipeline.errors import DefinitionError, PipelineError

TESTS = Path(__file__).parent


def metas_of(pipeline):
    with pipeline.generate_input_batches(repeat=False) as batches:
        return [meta for batch in batches for meta in batch.meta]


def test_workers_import_neither_tensorflow_nor_the_main_module():
    metas = metas_of(make_pipeline(TellProcessParams(), num_processes=2, generator=NumbersParams(count=80)))
    assert {module for meta in metas for module in meta["modules"]} == set()


def test_work_is_spread_over_the_workers():
    chain = [TellProcessParams(), SlowParams()]
    metas = metas_of(make_pipeline(*chain, num_processes=2, generator=NumbersParams(count=80)))
    assert len({meta["pid"] for meta in metas}) == 2


def test_without_processes_all_happens_here():
    import os

    assert {meta["pid"] for meta in metas_of(make_pipeline(TellProcessParams()))} == {os.getpid()}


def test_stages_that_are_not_parallel_run_here():
    import os

    stages = [
        SequentialProcessorPipelineParams(processors=[TellProcessParams()], run_parallel=False),
        SequentialProcessorPipelineParams(processors=[SlowParams(seconds=0)]),
    ]
    data = DataParams(pre_proc=ComposedProcessorPipelineParams(pipelines=stages))
    assert {meta["pid"] for meta in metas_of(make_pipeline(data=data, num_processes=2))} == {os.getpid()}


def run_script(tmp_path, text):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(text))
    return subprocess.run(
        [sys.executable, script],
        env={"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


MAIN = """
    from pipeline_cases import *

    print("imported")  # a second time, if a worker imports the main module

    @params
    class HereParams(DataProcessorParams):
        def cls(self):
            return Here

    class Here(MappingDataProcessor):
        def apply(self, sample):
            return sample

    batches = batches_of(make_pipeline({processor}, num_processes={processes}))
    print(len(batches), "batches")
"""


def test_a_processor_of_the_main_module_is_refused_by_name(tmp_path):
    result = run_script(tmp_path, MAIN.format(processor="HereParams()", processes=2))
    assert result.stdout == "imported\n"
    assert "DefinitionError: Here is defined in __main__" in result.stderr
    assert "move it into a module of its own, or set num_processes=0" in result.stderr


def test_a_processor_of_the_main_module_works_in_this_process(tmp_path):
    for processes in (0, -1):
        result = run_script(tmp_path, MAIN.format(processor="SlowParams(), HereParams()", processes=processes))
        assert result.stdout == "imported\n5 batches\n"
    assert "Here is defined in __main__" in result.stderr  # for -1, the reason why there are no workers


def test_the_main_module_is_not_imported_again(tmp_path):
    result = run_script(tmp_path, MAIN.format(processor="SlowParams()", processes=2))
    assert (result.stdout, result.stderr) == ("imported\n5 batches\n", "")


def test_what_cannot_be_pickled_is_named():
    pipeline = make_pipeline(SlowParams(seconds=lambda: None), num_processes=1)
    with pytest.raises(DefinitionError, match="SlowParams must be picklable .*lambda"):
        pipeline.open_batches()


@pytest.mark.parametrize("prefetch", [1, 3])
@pytest.mark.parametrize("generator", [NumbersParams, StreamParams])
@pytest.mark.parametrize("workers", KINDS)
def test_no_more_than_prefetch_batches_are_in_the_making(prefetch, generator, workers):
    pipeline = make_pipeline(**workers, prefetch=prefetch, generator=generator(count=200))
    with pipeline.generate_input_batches() as batches:
        for _ in range(20):
            next(batches)
            assert batches.counters.in_flight <= prefetch
            assert batches.counters.segments[0].read <= 4 * (batches.counters.batches + 1 + prefetch)


@pytest.mark.parametrize("generator", [NumbersParams, StreamParams])
def test_the_number_of_processes_is_chosen_by_what_there_is_to_do(generator):
    def has_workers(*processors):
        params = DataPipelineParams(batch_size=4, workers="processes")
        data = DataParams(pre_proc=SequentialProcessorPipelineParams(processors=list(processors))).create()
        with data.create_pipeline(PipelineMode.TRAINING, params, generator()).generate_input_batches() as batches:
            return bool(batches.worker_process_ids())

    assert has_workers(SlowParams(seconds=0.01))
    assert not has_workers()


@pytest.mark.parametrize("workers", KINDS)
def test_closing_from_another_thread_wakes_the_consumer(workers):
    pipeline = make_pipeline(SlowParams(seconds=0.2), batch_size=20, **workers)
    batches = pipeline.open_batches()
    received = []
    consumer = threading.Thread(target=lambda: received.extend(batches))
    consumer.start()
    batches.close()
    consumer.join(5)
    assert not consumer.is_alive()
    assert received == []


@pytest.mark.parametrize("workers", WORKERS)
def test_a_signal_handler_may_ask_for_the_state_and_close(workers):
    # At most one sample is made when the signal comes, so that the consumer is in the midst of a batch.
    pipeline = make_pipeline(SlowParams(seconds=0.05), batch_size=20, **workers)
    pipeline._is_tried_out = True
    batches, states = pipeline.open_batches(), []

    def handle(number, frame):
        states.append(batches.state())
        with pytest.raises(PipelineError, match="a signal handler can't ask for a batch"):
            next(batches)
        batches.close()

    former = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        assert list(batches) == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert len(states) == 1
    assert batches.state() == states[0]
    assert batches.worker_process_ids() == []


@pytest.mark.parametrize("workers", KINDS)
def test_threads_can_share_an_iterator(workers):
    with make_pipeline(generator=NumbersParams(count=200), **workers).generate_input_batches(repeat=False) as batches:
        received = []
        threads = [threading.Thread(target=lambda: received.extend(map(contents, batches))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert sorted(meta["index"] for _, metas, _ in received for meta in metas) == list(range(200))


PINNED = """
from pipeline_cases import NumbersParams
from tfaip.params import params
from tfaip.pipeline import MappingDataProcessor, DataProcessorParams
@params
class TellFileParams(DataProcessorParams):
    def cls(self):
        return TellFile
class TellFile(MappingDataProcessor):
    def apply(self, sample):
        sample.meta["file"] = __file__
        return sample
"""


def test_workers_import_what_a_path_names_and_nothing_that_shadows_what_is_installed(tmp_path, monkeypatch):
    here, installed = tmp_path / "here", tmp_path / "installed"
    for folder in (here, installed):
        folder.mkdir()
        (folder / "lab_pinned.py").write_text(PINNED if folder == here else "")
    for name in ("json", "numpy", "pickle", "attrs"):
        (here / f"{name}.py").write_text("raise SystemExit('it runs')")
    (here / "tfaip").mkdir()
    (here / "tfaip" / "__init__.py").write_text("raise SystemExit('it runs')")
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed)])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    search_current_folder(move=True)
    monkeypatch.setattr(_PreferredFinder, "folders", {})
    prefer({"lab_pinned": str(here)})
    from lab_pinned import TellFileParams

    metas = metas_of(make_pipeline(TellFileParams(), num_processes=1, generator=NumbersParams(count=8)))
    del sys.modules["lab_pinned"]
    assert {meta["file"] for meta in metas} == {str(here / "lab_pinned.py")}


def test_a_module_that_runs_a_pipeline_when_it_is_imported_starts_no_processes_without_end(tmp_path):
    (tmp_path / "squares.py").write_text(
        "from pipeline_cases import Double, DoubleParams, batches_of, make_pipeline\n"
        "from tfaip.params import params\n\n\n"
        "@params\nclass MineParams(DoubleParams):\n    def cls(self):\n        return Double\n\n\n"
        "batches_of(make_pipeline(MineParams(), num_processes=1))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import squares"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "squares.py:11: squares runs a pipeline, or a training, when it is imported" in done.stderr


def test_an_expression_that_a_worker_evaluates_may_run_a_pipeline():
    expression = compile("check()", "<string>", "eval")  # its code is called <module>, as that of an import
    outer = {"__name__": worker_process._MAIN, "eval": eval, "expression": expression}
    outer["inner"] = {"__name__": "squares", "check": worker_process._refuse_within_import}
    # A thread has none of the modules on its stack that run the tests.
    with ThreadPoolExecutor() as executor:
        executor.submit(exec, "eval(expression, inner)", outer).result()
        with pytest.raises(DefinitionError, match="squares runs a pipeline"):
            executor.submit(exec, "exec(compile('check()', 'squares.py', 'exec'), inner)", outer).result()
