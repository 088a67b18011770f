"""A console that nobody has set up shows what the commands show; another one is left alone."""

import logging

import pytest

from tfaip.model.command import log_to_console, logged_to_console


@pytest.fixture
def logger(monkeypatch):
    """The logger `tfaip`, below a root logger without handlers."""
    logger = logging.getLogger("tfaip")
    for each in (logging.getLogger(), logger):
        monkeypatch.setattr(each, "handlers", [])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    monkeypatch.setattr(logger, "propagate", True)
    yield logger
    logger.setLevel(logging.NOTSET)  # which forgets what was cached


def test_messages_are_shown_while_the_context_lasts(logger, capsys):
    with logged_to_console():
        logger.getChild("trainer").info("seen")
    logger.warning("gone: %s", logger.handlers)
    shown = capsys.readouterr().err
    assert "seen" in shown
    assert (logger.handlers, logger.level, logger.propagate) == ([], logging.NOTSET, True)


def test_only_messages_of_the_level_are_shown(logger, capsys):
    with logged_to_console(level=logging.WARNING):
        logger.info("not seen")
        logger.warning("seen")
    assert capsys.readouterr().err.split()[1:] == ["seen"]


@pytest.mark.parametrize("where", ["tfaip", "", "level"])
def test_a_process_that_has_set_up_logging_is_left_alone(logger, where, capsys):
    if where == "level":
        logger.setLevel(logging.ERROR)
    else:
        logging.getLogger(where).addHandler(logging.NullHandler())
    before = list(logger.handlers), logger.level
    with logged_to_console():
        assert (logger.handlers, logger.level) == before
        logger.info("not seen")
    assert capsys.readouterr().err == ""


def test_a_command_within_the_context_shows_messages_once(logger, capsys):
    log_to_console()
    with logged_to_console():
        logger.info("seen")
    assert capsys.readouterr().err.count("seen") == 1
