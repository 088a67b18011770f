import pytest

from tfaip.trainer.loop.compiled_loop import TARGET_SECONDS, StepsPerCall


def after(*seconds: float) -> int:
    chosen = StepsPerCall()
    for duration in seconds:
        chosen.took(chosen.steps, duration)
    return chosen.steps


def test_the_first_call_makes_one_step_so_that_tracing_is_seen_early():
    assert StepsPerCall().steps == 1


def test_the_time_of_the_first_call_is_ignored_because_it_traces():
    assert after(1000.0) == 1


def test_fast_steps_grow_by_doubling():
    assert [after(1.0, *[1e-6] * calls) for calls in range(5)] == [1, 2, 4, 8, 16]


def test_a_slow_call_halves_at_most():
    assert after(1.0, *[1e-6] * 4, 1000.0) == 8


def test_steps_of_a_constant_time_converge_to_the_target():
    chosen = StepsPerCall()
    for _ in range(20):
        chosen.took(chosen.steps, chosen.steps * 0.001)
    assert chosen.steps == pytest.approx(TARGET_SECONDS / 0.001)


def test_a_fixed_number_stays():
    chosen = StepsPerCall(7)
    chosen.took(7, 10.0)
    chosen.took(7, 10.0)
    assert chosen.steps == 7


def test_a_negative_number_is_refused_by_name():
    with pytest.raises(ValueError, match="steps_per_call must be >= 0, got -1"):
        StepsPerCall(-1)
