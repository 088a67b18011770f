"""Who logs what: libraries through `logging`, which only commands set up, at the level that the user wants."""

import ast
import logging
import os
from pathlib import Path

import pytest

from commands import ROOT, TUTORIAL, run
from tfaip.model.command import LogLevelError, log_to_console, take_log_level

COMMANDS = {
    "tfaip-train": [TUTORIAL],
    "tfaip-resume-training": ["examples"],
    "tfaip-predict": ["--export_dir", "examples"],
    "tfaip-adapt-exported-model": ["--export_dir", "examples"],
}

# What prints because it is what a command does, beside the folders `cli` and `commandline`, and `__main__`.
PRINTS = {
    "packages/model/src/tfaip/model/command/run_command.py",
    "packages/model/src/tfaip/model/command/user_errors.py",
    "packages/pipeline/src/tfaip/pipeline/measure.py",
    "packages/experimenter/src/tfaip/experimenter/views/lines.py",
    # The answer of a process of its own.
    "packages/trainer/src/tfaip/trainer/preflight/step_time.py",
}
# Files that set loggers up: the console of the commands; the log file of a run, which is opened and closed with it; and
# a worker, a process of its own, which doesn't repeat what the consumer has said. The backend takes the handler away
# that TensorFlow's logger puts on the root logger.
RESTORES_ROOT = "packages/model/src/tfaip/model/runtime/backend.py"
SETS_UP = {
    RESTORES_ROOT,
    "packages/model/src/tfaip/model/command/client_log.py",
    "packages/model/src/tfaip/model/command/console_log.py",
    # The log of the converter, for the time of a conversion.
    "packages/model/src/tfaip/model/onnx/conversion.py",
    "packages/model/src/tfaip/model/runtime/tensorflow_import.py",
    "packages/pipeline/src/tfaip/pipeline/engine/processes/worker_main.py",
    "packages/trainer/src/tfaip/trainer/reporting/train_log.py",
}
SETTING_UP = {"basicConfig", "dictConfig", "fileConfig", "addHandler", "removeHandler", "setLevel", "disable"}


def calls(kind):
    """Files of libraries that call functions, or methods of loggers, of these names."""
    found = set()
    for path in sorted(ROOT.glob("packages/*/src/**/*.py")):
        name = path.relative_to(ROOT).as_posix()
        if {"cli", "commandline"} & set(path.parts) or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and kind(node):
                found.add(name)
    return found


def test_no_module_of_a_library_prints():
    found = calls(lambda node: isinstance(node.func, ast.Name) and node.func.id == "print")
    assert found <= PRINTS, f"log through logging, or say here why it prints: {sorted(found - PRINTS)}"


def test_no_module_of_a_library_sets_loggers_up():
    found = calls(
        lambda node: (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in SETTING_UP
            and ast.unparse(node.func.value) != "gc"  # the garbage collector has a `disable` too
        )
    )
    assert found <= SETS_UP, f"leave it to the commands: {sorted(found - SETS_UP)}"


def test_the_argument_wins_over_the_environment_and_is_taken_out(monkeypatch):
    monkeypatch.setenv("TFAIP_LOG_LEVEL", "ERROR")
    assert take_log_level(["x", "--log_level", "debug", "y"]) == ["x", "y"]
    assert os.environ["TFAIP_LOG_LEVEL"] == "DEBUG"
    assert take_log_level(["--log-level=warning"]) == []
    assert os.environ["TFAIP_LOG_LEVEL"] == "WARNING"


@pytest.mark.parametrize(("variable", "level"), [(None, "INFO"), ("warning", "WARNING"), ("", "INFO")])
def test_the_environment_names_the_level(monkeypatch, variable, level):
    logger = logging.getLogger("tfaip")
    before = list(logger.handlers), logger.level, logger.propagate
    if variable is None:
        monkeypatch.delenv("TFAIP_LOG_LEVEL", raising=False)
    else:
        monkeypatch.setenv("TFAIP_LOG_LEVEL", variable)
    try:
        log_to_console()
        assert logging.getLevelName(logger.level) == level
    finally:
        logger.handlers[:], logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


def test_a_level_that_there_is_not_is_refused(monkeypatch):
    with pytest.raises(LogLevelError, match="--log_level must be one of DEBUG, INFO, .*, got 'loud'"):
        take_log_level(["--log_level", "loud"])
    with pytest.raises(LogLevelError, match="got ''"):
        take_log_level(["--log_level"])
    monkeypatch.setenv("TFAIP_LOG_LEVEL", "loud")
    with pytest.raises(LogLevelError, match="TFAIP_LOG_LEVEL must be one of DEBUG"):
        log_to_console()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_log_level(command):
    done = run(command, *COMMANDS[command], "--log_level", "loud")
    assert done.returncode == 2
    assert "--log_level must be one of DEBUG" in done.stderr
    done = run(command, "--log_level", "warning", *COMMANDS[command], "--help")
    assert "log_level" not in done.stderr


def test_help_tells_of_the_log_level():
    assert "--log_level STR" in run("tfaip-train", TUTORIAL, "--help").stdout


def test_libraries_log_under_their_own_names():
    for path in ROOT.glob("packages/*/src/**/*.py"):
        if path == ROOT / RESTORES_ROOT:
            continue
        text = Path(path).read_text(encoding="utf-8")
        assert "getLogger()" not in text, f"{path} takes the root logger"
