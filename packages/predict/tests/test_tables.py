import io

import pytest
from rich.console import Console

from predict_cases import POINTS
from tfaip.predict.evaluation import print_figures
from tfaip.predict.lav.result import LAVResult
from tfaip.predict.lav.table import figure_in_words, results_table

STRANGE = "[bold]cat[/] [/oops] :smile:\x1b[2J"
SHOWN = r"[bold]cat[/] [/oops] :smile:\u001b[2J"


def test_names_and_texts_of_a_validation_are_text_and_no_markup():
    result = LAVResult("l0", POINTS, 3, 0, {STRANGE: 0.5}, {"worst": STRANGE}, {})
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    console.print(results_table([result]))
    assert console.file.getvalue().count(SHOWN) == 2


def test_names_and_texts_of_an_evaluation_are_text_and_no_markup(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    print_figures({STRANGE: 0.5, "worst": STRANGE})
    assert capsys.readouterr().out.count(SHOWN) == 2


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.123456, "0.1235"), (12.3456, "12.35"), (123456.7, "123,457"), (1e-7 / 3, "3.333e-08"), (1234567, "1,234,567")],
)
def test_figures_show_four_digits(value, words):
    assert figure_in_words(value) == words
