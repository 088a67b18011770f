"""The names of an argument: the path to its field, and the shorter names that the modes of fields give."""

from __future__ import annotations

from collections.abc import Container

from tfaip.params.commandline.reading.options import normalise
from tfaip.params.defining.fields import FieldOptions

__all__ = ["Names", "spell"]


class Names:
    """The names of one node of the tree.

    Args:
        shorts: The names to show; several where the field or one above it has aliases.
        fulls: The full paths, which always work.
        parent: The names of the node above.
        dashed: The aliases of one dash, `-l`, which stand alone.
        repeated: Whether the node is in a list or dict, whose elements can't share an alias that is taken as written.
    """

    __slots__ = ("dashed", "fulls", "parent", "repeated", "shorts")

    def __init__(
        self,
        shorts: tuple[str, ...],
        fulls: tuple[str, ...],
        parent: Names | None = None,
        dashed: tuple[str, ...] = (),
        repeated: bool = False,
    ) -> None:
        self.shorts = shorts
        self.fulls = fulls
        self.parent = parent
        self.dashed = dashed
        self.repeated = repeated

    @classmethod
    def of_root(cls, name: str) -> Names:
        """The names of a root; without a name its fields stand alone."""
        return cls((name,), (name,))

    @property
    def primary(self) -> str:
        """The name that help and messages use."""
        return self.shorts[0]

    @property
    def all(self) -> tuple[str, ...]:
        """Every name once, the primary one first."""
        return tuple(dict.fromkeys(self.shorts + self.fulls + self.dashed))

    @property
    def spelled(self) -> tuple[str, ...]:
        """The names to show as one writes them, the primary one first."""
        return tuple(map(spell, self.shorts + self.dashed))

    def child(self, name: str, options: FieldOptions) -> Names:
        """The names of a field below."""
        aliases = [] if self.repeated else [normalise(alias) for alias in options.aliases if alias.startswith("-")]
        written = tuple(alias for alias in aliases if not alias.startswith("-"))
        dashed = tuple(alias for alias in aliases if alias.startswith("-"))
        own = (name, *(normalise(alias) for alias in options.aliases if not alias.startswith("-")))
        fulls = _joined(self.fulls, own)
        above = self.parent if options.mode == "without_parent" else self
        shorts = own if above is None or options.mode == "root" else _joined(above.shorts, own)
        return Names(shorts + written, fulls, self, dashed, self.repeated)

    def without(self, taken: Container[str]) -> Names:
        """The same without the short names that are taken, unless they are full names too."""
        shorts = tuple(name for name in self.shorts if name not in taken or name in self.fulls)
        if shorts == self.shorts:
            return self
        return Names(shorts or self.fulls, self.fulls, self.parent, self.dashed, self.repeated)

    def element(self, key: str) -> Names:
        """The names of an element of a list or dict."""
        key = key.replace("-", "_")
        return Names(_joined(self.shorts, (key,)), _joined(self.fulls, (key,)), self, repeated=True)

    def negated(self) -> tuple[str, ...]:
        """All names with `no_` before the last part."""
        parts = (name.rpartition(".") for name in dict.fromkeys(self.shorts + self.fulls))
        return tuple(f"{head}{dot}no_{last}" for head, dot, last in parts)


def spell(name: str) -> str:
    """A name as one writes it: after two dashes, except for a short option, which has its own."""
    return name if name.startswith("-") else f"--{name}"


def _joined(prefixes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" if prefix else name for prefix in prefixes for name in names)
