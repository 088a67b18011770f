"""A client's own logger reaches the handlers of tfaip, once, and only while it is asked for."""

import logging

import pytest

from tfaip.model.command import log_of_client, logging_of_client

OfClient = type("OfClient", (), {"__module__": "client_of_tfaip.scenario"})
OfTfaip = type("OfTfaip", (), {"__module__": "tfaip.model.testing.scenario"})


class Kept(logging.Handler):
    def __init__(self, level=logging.NOTSET):
        super().__init__(level)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


@pytest.fixture
def client():
    yield logging.getLogger("client_of_tfaip.data")
    logger = logging.getLogger("client_of_tfaip")
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


@pytest.fixture
def kept(monkeypatch):
    """A handler of tfaip, whose level is INFO."""
    logger, handler = logging.getLogger("tfaip"), Kept()
    former = logger.level
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "propagate", False)
    logger.setLevel(logging.INFO)
    yield handler
    logger.setLevel(former)


def test_the_package_of_the_scenario_is_logged_where_tfaip_is(client, kept):
    for _ in range(2):
        log_of_client(OfClient)
    client.info("read %d lines", 3)
    client.debug("too much")
    assert kept.texts == ["read 3 lines"]


def test_handlers_that_come_later_get_it_too_by_their_level(client, kept):
    log_of_client(OfClient)
    later = Kept(logging.WARNING)
    logging.getLogger("tfaip").handlers.append(later)
    client.info("no")
    client.warning("yes")
    assert (kept.texts, later.texts) == (["no", "yes"], ["yes"])


def test_a_level_of_the_clients_own_stays(client, kept):
    logging.getLogger("client_of_tfaip").setLevel(logging.ERROR)
    log_of_client(OfClient)
    client.warning("no")
    assert kept.texts == []


def test_the_client_is_as_before_once_the_context_ends(client, kept):
    with logging_of_client(OfClient):
        client.info("within")
    client.info("after")
    logger = logging.getLogger("client_of_tfaip")
    assert kept.texts == ["within"]
    assert (logger.handlers, logger.level, logger.propagate) == ([], logging.NOTSET, True)


def test_tfaips_own_scenarios_are_not_logged_twice(kept):
    log_of_client(OfTfaip)
    logging.getLogger("tfaip.model").info("once")
    assert kept.texts == ["once"]


def test_warnings_without_any_handler_are_shown_as_logging_does(client, monkeypatch, capsys):
    for name in ("tfaip", ""):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler())
    logging.lastResort.setLevel(logging.WARNING)
    log_of_client(OfClient)
    client.warning("seen")
    assert capsys.readouterr().err == "seen\n"
