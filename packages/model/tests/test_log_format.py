import io
import logging

import pytest
from rich.console import Console

from tfaip.model.command.log_format import RESULTS_RECORD, LogFormatter
from tfaip.model.command.user_errors import reported_user_errors
from tfaip.params import UserError
from tfaip.pipeline import Sample

FORGED = "acc\x1b[2J\rx\n2026-01-01 00:00:00,000 INFO     Results of epoch    9 acc: 1.0000"


def record(text, **extra):
    made = logging.LogRecord("tfaip", logging.INFO, "", 0, "%s", (text,), None)
    vars(made).update(extra)
    return made


def test_a_text_with_line_ends_forges_no_line_of_results():
    shown = LogFormatter().format(record(FORGED))
    assert "Results of epoch" not in shown
    assert shown.startswith(r"acc\u001b[2J\rx")
    results = "Results of epoch    3 acc: 1.0000"
    assert LogFormatter().format(record(results, **RESULTS_RECORD)) == results


@pytest.fixture
def console_handler(monkeypatch):
    """The handler of the commands for a terminal, on a console that keeps what it is given."""
    from tfaip.model.command import console_log

    handler = console_log._for_terminals()
    handler.console = Console(file=io.StringIO(), width=200)
    return handler


def test_a_message_on_the_terminal_is_neither_markup_nor_emoji(console_handler):
    console_handler.emit(record("run [bold]x[/bold] [/] :smile: \x1b[31m"))
    assert r"run [bold]x[/bold] [/] :smile: \u001b[31m" in console_handler.console.file.getvalue()


def test_the_message_of_a_command_holds_no_control_characters(capsys):
    with pytest.raises(SystemExit), reported_user_errors("tfaip-predict"):
        raise UserError("no file\x1b[31m\r is\nthere")
    assert capsys.readouterr().err == "tfaip-predict: error: no file\\u001b[31m\\r is\nthere\n"


def test_a_sample_is_printed_without_control_characters():
    from tfaip.model import ModelBase

    class Words(ModelBase):
        def create_graph(self, params):
            raise NotImplementedError

        def _loss(self, inputs, targets, outputs):
            raise NotImplementedError

        def _print_evaluate(self, sample, data, print_fn=print):
            print_fn(f"read {sample.outputs}")

    printed = []
    Words.print_evaluate(object.__new__(Words), Sample(outputs="a\x1b[2Jb"), None, printed.append)
    assert printed == [r"read a\u001b[2Jb"]


def test_an_error_that_looks_like_an_end_is_one_of_the_hook_that_prints():
    from tfaip.model import ModelBase
    from tfaip.pipeline.errors import ProcessorError

    class Silent(ModelBase):
        def create_graph(self, params):
            raise NotImplementedError

        def _loss(self, inputs, targets, outputs):
            raise NotImplementedError

        def _print_evaluate(self, sample, data, print_fn=print):
            next(iter([]))

    with pytest.raises(
        ProcessorError, match=r"^in Silent\._print_evaluate, a sample without identity: StopIteration: $"
    ):
        Silent.print_evaluate(object.__new__(Silent), Sample(outputs="a"), None)
