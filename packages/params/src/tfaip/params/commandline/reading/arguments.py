"""The arguments that exist for the classes selected so far, found by name."""

from __future__ import annotations

from tfaip.params.commandline.reading.names import Names, spell
from tfaip.params.errors import DefinitionError
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, ParamsNode, Path
from tfaip.params.values.alternatives import OptionalType
from tfaip.params.values.scalars import BoolType

__all__ = ["Argument", "ArgumentTable", "Group", "is_counter", "is_hidden", "takes_value"]


class Argument:
    """An argument of the command line for a node of the tree.

    Args:
        node: The node that it sets.
        names: Its name on the line.
        path: The way to the node, beginning with the name of the root.
        negatable: Whether a flag can be negated; not if there is another field `no_...` beside it.
    """

    __slots__ = ("names", "negatable", "node", "path")

    def __init__(self, node: Node, names: Names, path: Path, negatable: bool = True) -> None:
        self.negatable = negatable
        self.node = node
        self.names = names
        self.path = path

    @property
    def spelled(self) -> str:
        """The argument as one writes it."""
        return f"--{self.names.primary}"

    @property
    def full_path(self) -> str:
        """The full name, for messages that must tell two arguments apart."""
        return f"--{self.names.fulls[0]}"

    @property
    def is_flag(self) -> bool:
        """Whether it can stand without a value."""
        kind = self.node.kind if isinstance(self.node, ParamsNode | ListNode | DictNode) else self.node.spec.kind
        return isinstance(kind.inner if isinstance(kind, OptionalType) else kind, BoolType)


class Group:
    """The arguments of one params object, in the order of its fields; they are shown together in help."""

    __slots__ = ("arguments", "names", "node", "path")

    def __init__(self, node: ParamsNode, names: Names, path: Path) -> None:
        self.node = node
        self.names = names
        self.path = path
        self.arguments: list[Argument] = []


class ArgumentTable:
    """All arguments, by name and by path, and their groups.

    Attributes:
        reserved: The names of the command's own arguments.
        named: The arguments that the line mentions.
    """

    def __init__(self) -> None:
        self.reserved: frozenset[str] = frozenset()
        self.named: set[Argument] = set()
        self.groups: list[Group] = []
        self.positional: list[Argument] = []
        self.by_name: dict[str, Argument] = {}
        self.negated: dict[str, Argument] = {}
        self._names_by_path: dict[Path, Names] = {}

    def open_group(self, node: ParamsNode, names: Names, path: Path) -> Group:
        """Start the group of a params object."""
        group = Group(node, names, path)
        self.groups.append(group)
        return group

    def name_path(self, path: Path, names: Names) -> None:
        """Remember what a path is called, for messages about it."""
        self._names_by_path[path] = names

    def add(self, argument: Argument) -> None:
        """Add an argument.

        Raises:
            DefinitionError: Two arguments have the same complete name.
        """
        for name in argument.names.all:
            if name in self.reserved:
                raise DefinitionError(
                    f"the field {argument.full_path[2:]} takes the name of the command's argument "
                    f"{spell(name).replace('_', '-')}; give the params a root name, or the field another name"
                )
            other = self.by_name.setdefault(name, argument)
            if is_hidden(other.node):
                # For code alone, which names it by its path: the name that people use comes first.
                self.by_name[name] = argument
            elif other is not argument and not is_hidden(argument.node):
                raise DefinitionError(
                    f"two fields share the argument {spell(name)}: {other.full_path[2:]} and {argument.full_path[2:]}; "
                    f"give one of them another name or mode"
                )
        if argument.is_flag and argument.negatable:
            for name in argument.names.negated():
                self.negated.setdefault(name, argument)

    def spelled(self, path: Path) -> str:
        """How the command line spells a path; the nearest named one where it has no argument of its own."""
        while path and path not in self._names_by_path:
            path = path[:-1]
        names = self._names_by_path.get(path)
        return f"--{names.primary}" if names and names.primary else ""


def is_hidden(node: Node) -> bool:
    """Whether a field is none of the command line."""
    return node.spec is not None and node.spec.options.mode == "hidden"


def is_counter(node: Node) -> bool:
    """Whether an argument counts how often it is given."""
    return isinstance(node, Leaf) and node.spec.options.counter


def takes_value(node: Node) -> bool:
    """Whether a node has an argument of its own: params of a fixed class only have those of their fields."""
    if isinstance(node, ParamsNode):
        options = node.spec.options if node.spec else None
        return options is None or options.tuple_like or not options.fixed_class or node.kind.optional
    return isinstance(node, Leaf | ListNode | DictNode)
