import pytest

from tfaip.model.command.number_highlighter import NumberHighlighter


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("Epoch 1/10 took 1.5s, 2,665 samples/s, data wait 22%", ["1", "10", "1.5", "2,665", "22"]),
        ("lr: 8.1920e-04 - min: -3", ["8.1920e-04", "-3"]),
        ("conv_1  Conv2D (?, 28, 28, 16)", ["28", "28", "16"]),
        ("is in /tmp/run.2/best and runs/1/export", []),
    ],
)
def test_numbers_are_coloured_as_a_whole_and_names_not_at_all(line, numbers):
    text = NumberHighlighter()(line)
    assert [line[span.start : span.end] for span in text.spans] == numbers
