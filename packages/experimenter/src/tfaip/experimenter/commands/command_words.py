"""The command lines of runs: which program they start, how they go on, how they are shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import PurePath

from tfaip.params.shown_text import one_line
from tfaip.params.trust.trust import words_of_trust

__all__ = [
    "command_position",
    "is_python",
    "is_resume_command",
    "is_train_command",
    "options_of",
    "program_position",
    "quoted",
    "restart_words",
    "resume_words",
    "with_folder",
]

RESUME = ("tfaip-resume-training", "tfaip.cli.resume_training")
TRAIN = ("tfaip-train", "tfaip.cli.train")
OVERWRITE = "--trainer.overwrite"
# A run's own file may not name these outside of the run's folder: the line does, each time.
PLACES = ("--trainer.best_dir", "--trainer.export_dir", "--trainer.epoch_dir")
# Programs that run the command line which follows, with the number of words of their own before it, options not
# counted: `timeout 1h ...`, `uv run ...`, `apptainer exec image.sif ...`.
WRAPPERS = dict.fromkeys(
    (
        *("caffeinate", "chronic", "doas", "env", "firejail", "ionice", "mpiexec", "mpirun", "nice", "nohup"),
        *("numactl", "perf", "prlimit", "setsid", "srun", "stdbuf", "strace", "sudo", "systemd-inhibit"),
        *("systemd-run", "time", "unbuffer", "unshare", "uvx", "xvfb-run"),
    ),
    0,
)
WRAPPERS |= dict.fromkeys(
    (
        *("chrt", "conda", "flock", "hatch", "mamba", "micromamba", "pdm", "pipenv", "pipx", "pixi"),
        *("poetry", "rye", "setarch", "taskset", "timeout", "uv"),
    ),
    1,
)
WRAPPERS |= dict.fromkeys(("apptainer", "docker", "podman", "singularity"), 2)
# Programs that only tell something of the words behind them.
TELLING = ("basename", "cat", "dirname", "echo", "file", "grep", "ls", "man", "pgrep", "printf", "test", "which")


def quoted(words: Sequence[str]) -> str:
    """Return the command line as a shell takes it: POSIX, and bash or zsh where a word holds control characters."""
    return " ".join(map(_quoted_word, words))


def _quoted_word(word: str) -> str:
    if one_line(word) == word:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{one_line(escaped)}'"


def is_resume_command(words: Sequence[str]) -> bool:
    """Whether the command goes on with the run in a folder: tfaip-resume-training, however it is called."""
    return _name(words, program_position(words)) in RESUME


def is_train_command(words: Sequence[str]) -> bool:
    """Whether the command is tfaip-train, whose runs can be gone on with."""
    return _name(words, program_position(words)) in TRAIN


def with_folder(command: Sequence[str], folder: str) -> list[str]:
    """Return a command of tfaip-resume-training for a folder, which takes the place of a scenario that it names."""
    position = program_position(command)
    assert position is not None
    head, rest = command[: position + 1], command[position + 1 :]
    if not rest or rest[0].startswith("-"):
        return [*head, folder, *rest]
    return [*head, folder, *rest[1:], *_trust_in_scenario(rest[0])]


def options_of(command: Sequence[str], *, scenario_follows: bool) -> list[str]:
    """Return the options of a command of tfaip-train or tfaip-resume-training: the words behind its scenario.

    Args:
        command: The command of the cell, without the row's other columns.
        scenario_follows: Whether the row adds the scenario.
    """
    position = program_position(command)
    if position is None or _name(command, position) not in (*TRAIN, *RESUME):
        return []
    rest = [*command[position + 1 :]]
    if scenario_follows:
        return rest
    return rest[1:] if rest and not rest[0].startswith("-") else []


def resume_words(words: Sequence[str], folder: str, arguments: Sequence[str] = ()) -> list[str]:
    """Return the command line that goes on with the run which `words` started, in the environment of its command.

    Args:
        words: A command line of tfaip-train, or of tfaip-resume-training.
        folder: Folder of the run.
        arguments: Words that change the run's parameters.
    """
    position = program_position(words)
    assert position is not None
    program = words[position]
    resume = program if is_resume_command(words) else _sister(program)
    behind = words[position + 1 :]
    return [*words[:position], resume, folder, *arguments, *_places(behind, arguments), *_trust(behind)]


def _places(words: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the words that name folders for bundles, apart from those that are given anyway."""
    known = {_option(word) for word in given}
    found: list[str] = []
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if _option(word) in PLACES and _option(word) not in known:
            found += [word] if "=" in word else [word, value]
    return found


def _option(word: str) -> str:
    name = word.partition("=")[0]
    return f"--{name[2:].replace('-', '_')}" if name.startswith("--") else name


def _trust(words: Sequence[str]) -> list[str]:
    """Return the words that let a run's own file name what the row has named: its scenario, and packages it trusts."""
    named: list[str] = []
    takes = False
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            takes = name == "--trust" and not equals
            named += [value] if name == "--trust" and equals else []
        elif takes:
            named.append(word)
    trust = [word for package in named for word in ("--trust", package)]
    return trust if not words or words[0].startswith("-") else [*trust, *_trust_in_scenario(words[0])]


def _trust_in_scenario(scenario: str) -> list[str]:
    module = scenario.partition(":")[0].removesuffix(".py").removeprefix("./").strip("/").replace("/", ".")
    return words_of_trust(module)


def restart_words(words: Sequence[str]) -> list[str]:
    """Return the command line that starts a broken-off run again, in the folder where it left its files."""
    given = any(word.partition("=")[0].replace("-", "_") == OVERWRITE.replace("-", "_") for word in words)
    return [*words] if given or not is_train_command(words) else [*words, OVERWRITE]


def program_position(words: Sequence[str]) -> int | None:
    """Return the position of the program, or of the script or module that an interpreter runs.

    Words that run another program stand in front of it: `srun -n 1`, `uv run`, `env A=1`, `nice -n 5`.
    """
    position = command_position(words)
    if position is None or not is_python(PurePath(words[position]).name):
        return position
    position = _run_by_python(words, position)
    return None if position is None else _behind_unknown(words, position)


def command_position(words: Sequence[str]) -> int | None:
    """Return the position of the program behind its wrappers; an interpreter counts as the program."""
    position = 0 if words else None
    while position is not None and not is_python(PurePath(words[position]).name):
        own = WRAPPERS.get(PurePath(words[position]).name)
        following = None if own is None else _behind_wrapper(words, position, own)
        if following is None:
            return _behind_unknown(words, position)
        position = following
    return position


def is_python(name: str) -> bool:
    """Whether a program of this name is a Python interpreter."""
    return re.fullmatch(r"python[\d.]*", name) is not None


def _behind_wrapper(words: Sequence[str], wrapper: int, own: int) -> int | None:
    """Position of the program that a wrapper runs; `None` if it runs none."""
    for position in range(wrapper + 1, len(words)):
        word, before = words[position], words[position - 1]
        if _is_known(word):
            return position
        if word.startswith("-") or re.match(r"[A-Za-z_]\w*=", word):
            continue
        # The value of an option in front of it, as far as anybody can tell who doesn't know the option.
        if before.startswith("-") and before != "--" and "=" not in before:
            continue
        if own == 0:
            return position
        own -= 1
    return None


def _behind_unknown(words: Sequence[str], position: int) -> int:
    """Position of one of our programs that a script or tool of the user runs, as far as its words tell."""
    if PurePath(words[position]).name in (*TELLING, *TRAIN, *RESUME):
        return position
    with_options = False
    for following in range(position + 1, len(words)):
        word, before = words[following], words[following - 1]
        # Behind an option, or one that may have several words, it may be the value of a parameter.
        may_run = before == "--" or not (with_options or before.startswith("-"))
        if may_run and PurePath(word).name in (TRAIN[0], RESUME[0]):
            return following
        if before == "--":
            return position
        with_options = with_options or re.match(r"--\w[\w.-]*$", word) is not None
    return position


def _run_by_python(words: Sequence[str], interpreter: int) -> int | None:
    """Position of the module or script; options that take a word of their own are followed by it."""
    position = interpreter + 1
    while position < len(words):
        word = words[position]
        if word == "-m":
            return position + 1 if position + 1 < len(words) else None
        if word == "-c":
            return None
        if not word.startswith("-"):
            return position
        position += 2 if word in ("-W", "-X", "--check-hash-based-pycs") else 1
    return None


def _is_known(word: str) -> bool:
    name = PurePath(word).name
    return name in (*TRAIN, *RESUME) or name in WRAPPERS or is_python(name)


def _name(words: Sequence[str], position: int | None) -> str | None:
    return None if position is None else PurePath(words[position]).name


def _sister(program: str) -> str:
    """tfaip-resume-training beside that tfaip-train."""
    if program == TRAIN[1]:
        return RESUME[1]
    return program[: len(program) - len(TRAIN[0])] + RESUME[0]
