"""A row that means a run, or a search that becomes several runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from tfaip.experimenter.commands.command_words import is_resume_command, options_of, with_folder
from tfaip.experimenter.sheet.columns import NONE, Parameter
from tfaip.experimenter.sheet.distributions import Distribution

__all__ = ["Objective", "Row", "RowTemplate", "Search", "folder_parameters"]


@dataclass(frozen=True)
class Objective:
    """The log that the trials of a search are compared by.

    Args:
        log: Name of the log.
        lower: Whether a smaller value is better; `None` if the name says so.
    """

    log: str
    lower: bool | None = None


@dataclass(frozen=True)
class Row:
    """A row that means a run.

    Args:
        number: Number of the row, from 1.
        id: The user's name of the run.
        words: The command line.
        output_dir: Folder of the run as the row has it, `None` if it has none.
        arguments: Words of the command line behind command and scenario, without the folder's: the words that may
            change a resumed run as well.
        values: The cell's text for each parameter, `""` for an empty cell.
        cleanup: Whether the checkpoints are removed once the run has finished.
        resources: Words that say what the run gets from the executor: `gpus=2`.
        search: The search that the row means in place of a run; its words hold the distributions.
    """

    number: int
    id: str
    words: tuple[str, ...]
    output_dir: str | None
    arguments: tuple[str, ...]
    values: dict[str, str]
    cleanup: bool
    resources: tuple[str, ...] = ()
    search: Search | None = None


@dataclass(frozen=True)
class RowTemplate:
    """A row without the values of its parameters.

    Args:
        number: Number of the row.
        id: ID of the row.
        command: Words of its command.
        scenario: Its scenario, `""` if it has none.
        parameters: The columns of parameters.
        cleanup: Whether checkpoints are removed.
        resources: Words of its resources.
    """

    number: int
    id: str
    command: tuple[str, ...]
    scenario: str
    parameters: tuple[Parameter, ...]
    cleanup: bool
    resources: tuple[str, ...]

    def filled(self, values: Mapping[str, str], identity: str = "", search: Search | None = None) -> Row:
        """Return the row with values.

        Args:
            values: The cell's text for each parameter.
            identity: ID of the run; default: that of the row.
            search: The search that the row means.
        """
        folder = self.folder(values)
        arguments = tuple(self._arguments(values, left_out=[folder.name] if folder else []))
        if folder and is_resume_command(self.command):
            words = (*with_folder(self.command, values[folder.name]), *arguments)
        else:
            words = (*self.command, *filter(None, [self.scenario]), *self._arguments(values, left_out=[]))
        return Row(
            number=self.number,
            id=identity or self.id,
            words=words,
            output_dir=values[folder.name] if folder else None,
            arguments=(*options_of(self.command, scenario_follows=bool(self.scenario)), *arguments),
            values=dict(values),
            cleanup=self.cleanup,
            resources=self.resources,
            search=search,
        )

    def folder(self, values: Mapping[str, str]) -> Parameter | None:
        """Return the column of the run's folder: the trainer's, if there are several."""
        return min(self.folders(values), key=lambda p: not p.name.startswith("trainer."), default=None)

    def folders(self, values: Mapping[str, str]) -> list[Parameter]:
        """Return the columns that name folders of the run."""
        return folder_parameters(self.parameters, values)

    def _arguments(self, values: Mapping[str, str], left_out: Iterable[str]) -> Iterable[str]:
        for parameter in self.parameters:
            text = values[parameter.name]
            if parameter.name in left_out:
                continue
            # A check box and a word that somebody wrote look the same.
            if parameter.empty and text.casefold() in ("", "true"):
                yield parameter.flag
            elif parameter.empty and text.casefold() == "false":
                continue
            elif text:
                yield from _argument(parameter.flag, text.split() if parameter.split else [text])


@dataclass(frozen=True)
class Search:
    """The trials that a row may become.

    Args:
        template: The row without its values.
        values: The cells' texts; those with distributions as the user wrote them.
        trials: Number of trials.
        space: The distributions, by the names of their parameters.
        objective: The log that counts; `None` for the one by which the run chooses its best epoch.
    """

    template: RowTemplate
    values: Mapping[str, str]
    trials: int
    space: Mapping[str, Distribution] = field(default_factory=dict)
    objective: Objective | None = None

    @property
    def id(self) -> str:
        """ID of the row."""
        return self.template.id

    def trial_id(self, number: int) -> str:
        """Return the ID of a trial."""
        return f"{self.id}/{number}"

    def trial(self, number: int, texts: Mapping[str, str]) -> Row:
        """Return the row of a trial, with a folder of its own in the folder of the row.

        Args:
            number: Number of the trial, from 0.
            texts: Its values, by the names of their parameters.
        """
        values = {**self.values, **texts}
        for folder in self.template.folders(values):
            values[folder.name] = str(PurePath(values[folder.name]) / str(number))
        return self.template.filled(values, self.trial_id(number))


def folder_parameters(parameters: Iterable[Parameter], values: Mapping[str, str]) -> list[Parameter]:
    """Return the columns that name folders of a run with these values."""
    return [p for p in parameters if p.is_output_dir and values[p.name].lower() not in ("", NONE)]


def _argument(flag: str, values: list[str]) -> list[str]:
    """An argument with its values; one that begins like an option is bound by `=`, so that it arrives as a value."""
    if len(values) == 1 and re.match(r"-(?!$|\d+\.?\d*$|\.\d+$)", values[0]):
        return [f"{flag}={values[0]}"]
    return [flag, *values]
