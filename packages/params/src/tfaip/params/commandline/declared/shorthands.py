"""Short forms of a command: one short name that sets one or several arguments of its params."""

from __future__ import annotations

from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable
from tfaip.params.commandline.reading.options import GivenOption, Option, Word, normalise
from tfaip.params.errors import DefinitionError, Mistake

__all__ = ["Shorthand", "ShorthandUse"]


class Shorthand:
    """A short name for arguments of the params, such as `--lr` for `--trainer.learning_rate.lr`.

    An argument of the command or of the selected classes with the same name wins.

    Args:
        name: The short name, with or without dashes.
        targets: The arguments that it sets, by their full paths.

    Raises:
        DefinitionError: There is no target, or a name can't be one.
    """

    __slots__ = ("name", "targets")

    def __init__(self, name: str, targets: tuple[str, ...]) -> None:
        self.name = normalise(name)
        self.targets = tuple(map(normalise, targets))
        if not targets:
            raise DefinitionError(f"the short form --{self.name} needs at least one argument that it sets")
        for part in (self.name, *(part for target in self.targets for part in target.split("."))):
            if not part.isidentifier():
                raise DefinitionError(f"the short form --{self.name}: {part!r} is no name")

    @property
    def spelled(self) -> str:
        """The short form as one writes it."""
        return f"--{self.name}"

    def arguments(self, table: ArgumentTable) -> list[Argument]:
        """The arguments that it sets for the classes selected now; none where another argument has its name."""
        if self.name in table.by_name or self.name in table.reserved:
            return []
        return list(dict.fromkeys(table.by_name[target] for target in self.targets if target in table.by_name))


class ShorthandUse:
    """The short forms that a line uses, known once its classes are selected.

    Args:
        shorthands: The short forms that the line mentions.
        table: The arguments of a first reading of the line.
    """

    def __init__(self, shorthands: list[Shorthand], table: ArgumentTable) -> None:
        self.mistakes: list[Mistake] = []
        self._targets: dict[str, tuple[str, ...]] = {}
        for shorthand in shorthands:
            if shorthand.name in table.by_name or shorthand.name in table.reserved:
                continue
            found = shorthand.arguments(table)
            # Where nothing is found, an optional group may come into being.
            self._targets[shorthand.name] = tuple(argument.full_path[2:] for argument in found) or shorthand.targets
            self.mistakes += [
                Mistake(
                    shorthand.spelled,
                    f"is given together with {argument.spelled}",
                    ("both set the same; give only one",),
                )
                for argument in found
                if argument in table.named
            ]

    def __bool__(self) -> bool:
        return bool(self._targets)

    def expanded(self, options: list[Option]) -> list[Option]:
        """The options of a line, each short form replaced by an option for each of its arguments."""
        return [found for option in options for found in self._expanded(option)]

    def _expanded(self, option: Option) -> list[Option]:
        if option.name not in self._targets or isinstance(option, GivenOption):
            return [option]
        return [_retargeted(option, target) for target in self._targets[option.name]]


def _retargeted(option: Option, target: str) -> Option:
    """The same option for another argument; messages keep the word that the user wrote."""
    other = Option(f"--{target}", option.position, option.value)
    other.spelled = option.spelled
    other.words = [Word(word.text, word.position, other) for word in option.words]
    return other
