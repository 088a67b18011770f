"""An error of a worker keeps class, text and arguments, or comes in words; it never hides its sample."""

import json
import subprocess

import numpy as np
import pytest
from error_cases import (
    ExitingTextError,
    ForgetfulError,
    FrozenError,
    LockedError,
    NotAnError,
    NoTextError,
    OtherTextError,
    RaiseParams,
)
from pipeline_cases import AddNoiseParams, OddError, StreamParams, make_pipeline, make_sample

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.engine.processes.restored_error import error_of, tell
from tfaip.pipeline.errors import PipelineError, ProcessorError, SpecError
from tfaip.pipeline.user_code import SampleError, as_error

WHERE = "in Raise, sample 7 of epoch 0"


def error_from(call):
    """What a call raises, with its traceback."""
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError


def sent_and_received(error):
    """What the consumer raises if a processor in a worker has raised an error."""
    messages = []
    tell(3, SampleError(error, WHERE), messages.append)
    assert [message.task for message in messages] == [3] * len(messages)
    assert messages[-1].is_final
    return error_of(messages[-1]).original()


def with_note(error):
    error.add_note("a note of its own")
    return error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("text", 5),
        ValueError("file \udcff.png"),
        ValueError(float("nan")),
        KeyError("a\nb"),
        with_note(SpecError("a rule")),
        error_from(lambda: json.loads("{bad")),
        error_from(lambda: b"\xff".decode()),
        error_from(lambda: open("/no/such/file")),  # noqa: SIM115, PTH123
        subprocess.CalledProcessError(1, ["false"]),
        ExceptionGroup("group", [ValueError("first"), KeyError("second")]),
        ValueError(np.arange(3)),
        ProcessorError(f"{WHERE}: of another pipeline"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_as_what_they_were(error):
    notes = list(getattr(error, "__notes__", []))
    text, attributes = str(error), {name: value for name, value in vars(error).items() if name != "__notes__"}
    restored = sent_and_received(error)
    assert restored is not error
    assert type(restored) is type(error)
    assert (str(restored), repr(restored.args)) == (text, repr(error.args))
    assert {name: value for name, value in vars(restored).items() if name != "__notes__"} == attributes
    *others, traceback = restored.__notes__
    assert others == ([] if isinstance(error, ProcessorError) else [*notes, WHERE])
    assert traceback.startswith("Traceback of the worker:\n")


def coded():
    error = ForgetfulError("bad")
    error.code = 5
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OddError("first", "second"), "OddError: firstsecond"),
        (OtherTextError("a.png", 3), "OtherTextError: a.png:3: broken"),
        (coded(), "ForgetfulError: bad"),
        (LockedError("held"), "LockedError: held"),
        (FrozenError(5), "FrozenError: 5"),
        (NotAnError("lies"), "NotAnError: lies"),
        (NoTextError(), "NoTextError: <its text can't be had: __str__ raises RuntimeError>"),
        (ExitingTextError(), "ExitingTextError: <its text can't be had: __str__ raises SystemExit>"),
        (type("Local", (Exception,), {})("local"), "Local: local"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_that_come_back_as_something_else_come_in_words(error, text):
    restored = sent_and_received(error)
    assert type(restored) is ProcessorError
    assert str(restored) == f"{WHERE}: {text}"


@pytest.mark.parametrize("how", ["EndingWhenRestoredError", "EndingError"])
def test_an_error_that_ends_the_worker_comes_in_words_after_the_batches_before_it(how):
    pipeline = make_pipeline(RaiseParams(how=how), mode=PipelineMode.EVALUATION, num_processes=1)
    with pipeline.generate_input_batches() as batches:
        assert [meta["index"] for meta in next(batches).meta] == [0, 1, 2, 3]
        with pytest.raises(ProcessorError, match=rf"^in Raise, sample 7 of epoch 0 .*: {how}: ends"):
            next(batches)


def test_an_error_that_is_pickled_for_ever_comes_in_words_after_the_time_for_a_sample():
    pipeline = make_pipeline(
        RaiseParams(how="stuck"), mode=PipelineMode.EVALUATION, num_processes=1, sample_timeout=0.3
    )
    with pytest.raises(ProcessorError, match=r"^in Raise, sample 7 of epoch 0 .*: StuckError: stuck"):
        pipeline.as_preloaded()


def test_meta_that_cannot_be_restored_does_not_end_the_data():
    pipeline = make_pipeline(RaiseParams(how="homesick"), mode=PipelineMode.EVALUATION, num_processes=1)
    with (
        pytest.raises(PipelineError, match=r"^samples must be as they were after pickling.*\(StopIteration: 3\)"),
        pipeline.generate_input_batches() as batches,
    ):
        list(batches)


def test_a_sample_that_cannot_be_sent_is_named():
    class Stream(StreamParams().cls()):
        def generate(self):
            for index in range(20):
                sample = make_sample(index)
                yield sample.new_meta({"index": index, "bad": lambda: None}) if index == 7 else sample

    pipeline = make_pipeline(AddNoiseParams(), num_processes=1, mode=PipelineMode.EVALUATION, generator=StreamParams())
    pipeline.__dict__["generator"] = Stream(pipeline.mode, pipeline.generator_params)
    with (
        pytest.raises(PipelineError, match="samples must be picklable to be sent to a worker; sample 7 of epoch 0 "),
        pipeline.generate_input_batches() as batches,
    ):
        list(batches)


def test_an_error_whose_notes_are_no_texts_comes_in_words():
    error = with_note(ValueError("bad"))
    error.__notes__.append(lambda: None)
    assert str(sent_and_received(error)) == f"{WHERE}: ValueError: bad"


def test_what_a_worker_has_told_before_it_ended_is_enough():
    messages = []
    with pytest.raises(KeyError):
        # The second message is the one that is never sent.
        tell(3, SampleError(ValueError("bad"), WHERE), lambda message: [messages.append(message), {}[message.is_final]])
    assert str(error_of(messages[0]).original()) == f"{WHERE}: ValueError: bad"


def test_a_huge_text_is_shortened():
    restored = sent_and_received(ValueError("x" * 3_000_000))
    assert type(restored) is ProcessorError
    assert str(restored).startswith(f"{WHERE}: ValueError: xxx")
    assert str(restored).endswith("x... (3000000 characters)")
    assert len(str(restored)) < 5000
    assert len("".join(restored.__notes__)) < 60_000
    assert len(str(SampleError(ValueError("x" * 3_000_000), WHERE))) < 5000


def test_in_this_process_an_error_that_can_not_be_told_comes_in_words():
    error = as_error(NoTextError(), WHERE)
    assert str(error) == f"{WHERE}: NoTextError: <its text can't be had: __str__ raises RuntimeError>"
    assert isinstance(error.__cause__, NoTextError)
    frozen = as_error(FrozenError(5), WHERE)
    assert str(frozen) == f"{WHERE}: FrozenError: 5"
    unnotable = ValueError("bad")
    unnotable.__notes__ = 5
    assert str(as_error(unnotable, WHERE)) == f"{WHERE}: ValueError: bad"
