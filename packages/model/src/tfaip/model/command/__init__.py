"""What all commands share: usage, log, loading TensorFlow late, messages instead of tracebacks."""

from tfaip.model.command.blame import blamed
from tfaip.model.command.console_log import log_to_console
from tfaip.model.command.line_words import remember_scenario, take_user_word, trusted_on_the_line, values_of
from tfaip.model.command.log_level import LOG_LEVELS, LogLevelError, take_log_level
from tfaip.model.command.new_command_line import new_command_line
from tfaip.model.command.run_command import run_command
from tfaip.model.command.tensorflow_import import import_tensorflow
from tfaip.model.command.user_errors import USAGE_ERROR, reported_user_errors

__all__ = [
    "LOG_LEVELS",
    "USAGE_ERROR",
    "LogLevelError",
    "blamed",
    "import_tensorflow",
    "log_to_console",
    "new_command_line",
    "remember_scenario",
    "reported_user_errors",
    "run_command",
    "take_log_level",
    "take_user_word",
    "trusted_on_the_line",
    "values_of",
]
