"""What an argument is called: by the path to its field, and by the shorter names that the modes of fields give."""

from __future__ import annotations

from tfaip.params.fields import FieldOptions

__all__ = ["Names"]


class Names:
    """The names of one node of the tree.

    Args:
        shorts: The names to show; several where the field or one above it has aliases.
        fulls: The full paths, which always work.
        parent: The names of the node above.
    """

    __slots__ = ("fulls", "parent", "shorts")

    def __init__(self, shorts: tuple[str, ...], fulls: tuple[str, ...], parent: Names | None = None) -> None:
        self.shorts = shorts
        self.fulls = fulls
        self.parent = parent

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
        return tuple(dict.fromkeys(self.shorts + self.fulls))

    def child(self, name: str, options: FieldOptions) -> Names:
        """The names of a field below."""
        own = (name, *(alias.replace("-", "_") for alias in options.aliases))
        fulls = _joined(self.fulls, own)
        if options.mode == "flat":
            return Names(own, fulls, self)
        above = self.parent if options.mode == "ssnake" else self
        return Names(own if above is None else _joined(above.shorts, own), fulls, self)

    def element(self, key: str) -> Names:
        """The names of an element of a list or dict."""
        key = key.replace("-", "_")
        return Names(_joined(self.shorts, (key,)), _joined(self.fulls, (key,)), self)

    def negated(self) -> tuple[str, ...]:
        """All names with `no_` before the last part."""
        parts = (name.rpartition(".") for name in self.all)
        return tuple(f"{head}{dot}no_{last}" for head, dot, last in parts)


def _joined(prefixes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" if prefix else name for prefix in prefixes for name in names)
