import pytest
from pipeline_cases import DropEveryParams, NumbersParams, SlowParams, make_pipeline

from tfaip.pipeline.measure import format_measurement, main, measure


def slow_pipeline():
    """What the command measures in the test."""
    return make_pipeline(DropEveryParams(), SlowParams(), generator=NumbersParams(count=40))


def test_one_pass_is_counted():
    result = measure(slow_pipeline(), repeat=False)
    assert result.samples + 4 == 26
    assert result.counters.dropped == 14
    table = format_measurement(result)
    assert "22 samples in 6 batches" in table
    assert "14 samples left out (14 invalid, 0 bad)" in table
    (slow,) = [line for line in table.splitlines() if line.startswith("Slow")]
    assert slow.split()[1] == "consumer"
    assert float(slow.split()[3].rstrip("%")) > 50


def test_a_repeating_pipeline_stops_at_the_time_limit():
    assert measure(slow_pipeline(), time_limit=0.05).batches >= 1


def test_progress_is_reported():
    reports = []
    measure(slow_pipeline(), repeat=False, progress=lambda result: reports.append(result.samples), progress_seconds=0)
    assert len(reports) == 6


def test_an_empty_pipeline_has_nothing_to_measure():
    assert "0 samples in 0 batches" in format_measurement(measure(make_pipeline(limit=0), repeat=False))


def test_the_command_prints_stages_and_table(capsys):
    assert main(["pipeline_cases:make_pipeline", "--time-limit", "0.01"]) == 0
    output = capsys.readouterr().out
    assert "generator  Numbers" in output
    assert "samples/s" in output


@pytest.mark.parametrize("name", ["missing_module:x", "pipeline_cases:missing", "pipeline_cases:open_nothing"])
def test_the_command_says_what_is_wrong_with_its_argument(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main([name])
    assert caught.value.code == 2
    assert name.partition(":")[0] in capsys.readouterr().err
