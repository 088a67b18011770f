"""How many files a reader has to open who follows a pipeline."""

from files_passed import PHASES, TRACE, set_up


def test_at_most_eighteen_files_set_up_a_pipeline():
    set_up()
    assert len(TRACE.files[PHASES[0]]) <= 18, sorted(TRACE.files[PHASES[0]])
