"""A console that nobody has set up shows what the commands show; another one is left alone."""

import logging

import pytest

from tfaip.model.command import log_to_console, logged_to_console


@pytest.fixture
def bare_logger(monkeypatch):
    """Return the logger `tfaip`, once nothing has set it up; to be called in the test, since pytest adds handlers."""
    logger = logging.getLogger("tfaip")

    def bare():
        for each in (logging.getLogger(), logger):
            monkeypatch.setattr(each, "handlers", [])
        monkeypatch.setattr(logger, "propagate", True)
        logger.setLevel(logging.NOTSET)
        return logger

    former = logger.level
    yield bare
    logger.setLevel(former)


def test_messages_are_shown_while_the_context_lasts(bare_logger, capsys):
    logger = bare_logger()
    with logged_to_console():
        logger.getChild("trainer").info("seen")
    logger.warning("gone: %s", logger.handlers)
    shown = capsys.readouterr().err
    assert "seen" in shown
    assert (logger.handlers, logger.level, logger.propagate) == ([], logging.NOTSET, True)


def test_only_messages_of_the_level_are_shown(bare_logger, capsys):
    logger = bare_logger()
    with logged_to_console(level=logging.WARNING):
        logger.info("not seen")
        logger.warning("seen")
    assert capsys.readouterr().err.split()[1:] == ["seen"]


@pytest.mark.parametrize("where", ["tfaip", "", "level"])
def test_a_process_that_has_set_up_logging_is_left_alone(bare_logger, where, capsys):
    logger = bare_logger()
    if where == "level":
        logger.setLevel(logging.ERROR)
    else:
        logging.getLogger(where).addHandler(logging.NullHandler())
    before = list(logger.handlers), logger.level
    with logged_to_console():
        assert (logger.handlers, logger.level) == before
        logger.info("not seen")
    assert capsys.readouterr().err == ""


def test_a_command_within_the_context_shows_messages_once(bare_logger, capsys):
    logger = bare_logger()
    log_to_console()
    with logged_to_console():
        logger.info("seen")
    assert capsys.readouterr().err.count("seen") == 1


def test_a_second_command_of_one_process_shows_messages_once(bare_logger, capsys):
    logger = bare_logger()
    log_to_console()
    log_to_console()
    logger.info("seen")
    assert capsys.readouterr().err.count("seen") == 1
