import pytest

from tfaip.params.shown_text import clean_text, number_text, one_line

SIGNS = {
    "\n": r"\n", "\r": r"\r", "\t": r"\t", "\x1b": r"\u001b", "\0": r"\u0000", "\x7f": r"\u007f", "\x85": r"\u0085",
    "\x9b": r"\u009b", "\u2028": r"\u2028", "\u202e": r"\u202e", "\u2066": r"\u2066", "\udcdf": r"\udcdf",
}  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
def test_a_control_character_is_shown_as_its_escape(sign):
    assert one_line(f"a{sign}b") == f"a{SIGNS[sign]}b"
    assert clean_text(f"a{sign}b") == (f"a{sign}b" if sign in "\n\t" else f"a{SIGNS[sign]}b")


@pytest.mark.parametrize("text", ["", "a\\b [bold]x[/] :smile:", "Größe ☺ 日本 👩\u200d👧 \u200fجبر\u200e"])
def test_a_text_without_control_characters_stays_as_it_is(text):
    assert one_line(text) == clean_text(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.98321, "0.9832"),
        (1.0, "1.0000"),
        (-7.35591, "-7.3559"),
        (22.6561504, "22.66"),
        (-140.28742, "-140.3"),
        (22656.1504, "22656"),
        (123456789.5, "123456790"),
        (1.5e12, "1.5e+12"),
        (0.0897, "0.0897"),
        (0.001, "0.001"),
        (0.00099, "0.00099"),
        (1.54321e-7, "1.543e-07"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_a_number_is_shown_with_the_digits_that_a_person_compares(value, text):
    assert number_text(value) == text
