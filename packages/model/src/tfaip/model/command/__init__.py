"""The frame of all commands: subject, usage, log, late loading of TensorFlow, messages instead of tracebacks.

In: the words of a command line, and a function that runs the command.
Out: the call of this function, or a usage text, or one message and exit code 2.

A command is a module with a function `main(argv=None)` that calls `run_command`, and an entry point in the group
`console_scripts` of its package.

Internal API between the packages.
"""

from tfaip.model.command.blame import blamed
from tfaip.model.command.client_log import log_of_client, logging_of_client
from tfaip.model.command.console_log import log_to_console, logged_to_console
from tfaip.model.command.installed import installed_commands, run_installed_command
from tfaip.model.command.line_words import remember_scenario, take_user_word, trusted_on_the_line, values_of
from tfaip.model.command.log_level import LOG_LEVELS, LogLevelError, take_log_level
from tfaip.model.command.run_command import FIRST_WORD, ONE_BUNDLE, Invocation, Subject, new_command_line, run_command
from tfaip.model.command.user_errors import USAGE_ERROR, reported_user_errors

__all__ = [
    "FIRST_WORD",
    "LOG_LEVELS",
    "ONE_BUNDLE",
    "USAGE_ERROR",
    "Invocation",
    "LogLevelError",
    "Subject",
    "blamed",
    "installed_commands",
    "log_of_client",
    "log_to_console",
    "logged_to_console",
    "logging_of_client",
    "new_command_line",
    "remember_scenario",
    "reported_user_errors",
    "run_command",
    "run_installed_command",
    "take_log_level",
    "take_user_word",
    "trusted_on_the_line",
    "values_of",
]
