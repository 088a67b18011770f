"""A terminal shows of a training from Python the same text as of the command, times apart."""

import io
import logging
import re
import sys

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer.cli.train import main

SCENARIO = "tfaip.model.testing.points.scenario:PointsScenario"
WORDS = {
    "epochs": "2",
    "lr": "0.02",
    "trainer.random_seed": "5",
    "trainer.progress": "lines",
    "train.num_processes": "0",
    "val.num_processes": "0",
    "trainer.scenario.export_serve": "false",
}
STYLES = re.compile(r"\x1b\[[\d;]*m")
NUMBER = re.compile(r"[0-9a-f]{12,}|\d[\d,.:]*( ?([num]?s|min|h|[KMG]?i?B)\b)?")


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def shown_by(monkeypatch):
    """The lines that a terminal shows while a function runs, without times."""
    logger = logging.getLogger("tfaip")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")

    def timeless(line):
        # Losses and metrics are the same to the last digit; other numbers are times, rates and sizes.
        kept = line.partition("Results of epoch")[1:]
        text = "".join(kept) or re.sub("[─━]+", "─", NUMBER.sub("#", line))
        # The time of day stands only where it differs from that of the line before.
        return " ".join(text.split()).removeprefix("# ")

    def shown(run, folder):
        before = logger.handlers[:], logger.level, logger.propagate, logging.root.handlers[:]
        logger.handlers, logger.level, logging.root.handlers = [], logging.NOTSET, []
        logger.manager._clear_cache()
        terminal = Terminal()
        try:
            with monkeypatch.context() as patched:
                patched.setattr(sys, "stderr", terminal)
                run()
        finally:
            logger.handlers, logger.level, logger.propagate, logging.root.handlers = before
            logger.manager._clear_cache()
        text = STYLES.sub("", terminal.getvalue()).replace(str(folder), "RUN")
        return [line for line in map(timeless, text.splitlines()) if line]

    return shown


@pytest.mark.takes_long
def test_python_shows_the_same_as_the_command(shown_by, tmp_path):
    def from_python():
        params = PointsScenario.default_trainer_params()
        params.epochs, params.random_seed, params.progress = 2, 5, "lines"
        params.lines_every = 1e6
        params.learning_rate.lr = 0.02
        params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
        params.scenario.export_serve = False
        params.output_dir = tmp_path / "a"
        PointsScenario.create_trainer(params).train()

    def by_command():
        words = [word for name, value in WORDS.items() for word in (f"--{name}", value)]
        main([SCENARIO, *words, "--trainer.output_dir", str(tmp_path / "b")])

    python = shown_by(from_python, tmp_path / "a")
    command = shown_by(by_command, tmp_path / "b")
    assert any("Results of epoch 2" in line for line in python)
    assert python == command
