"""The public names of a package, loaded when they are first asked for, from one list: its `__init__.pyi`."""

from __future__ import annotations

import sys
from importlib import import_module

# Importing `typing` would take longer than all else here. Type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any, TypeVar

    from tfaip.params.defining.generics import ClassOf

    T = TypeVar("T")

__all__ = ["public_names", "public_subclasses"]


def public_names(
    package: str, *, unlisted: Collection[str] = (), extras: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package, made of its stub.

    The stub `__init__.pyi` beside `__init__.py` holds one line for each public name, which type checkers read too, or
    takes all names of another package whose names are public in this way::

        from tfaip.params.commandline.command import CommandLine as CommandLine
        from tfaip.trainer.optimizers import *

    Args:
        package: The package's `__name__`.
        unlisted: Public names that `import *` leaves out.
        extras: Extra that installs a library, such as `tfaip-model[tf]`, by the name of the library; an error names it.

    Raises:
        ImportError: The package has no stub, a line of it imports in another way, or a public name is a module too,
            which would take its place.
    """
    module = sys.modules[package]
    places = _places(module)

    def load(name: str) -> Any:
        if name not in places:
            raise _UnknownNameError(package, name, places)
        source, original = places[name]
        try:
            found = vars(module)[name] = getattr(import_module(source), original)
        except ModuleNotFoundError as error:
            extra = (extras or {}).get(str(error.name))
            if extra is None:
                raise
            from tfaip.params.errors import MissingExtraError

            raise MissingExtraError(str(error.name), extra, f"{package}.{name}") from None
        return found

    def names() -> list[str]:
        return sorted({*vars(module), *places})

    return load, names, sorted(places.keys() - set(unlisted))


def public_subclasses(package: str, base: ClassOf[T]) -> list[type[T]]:
    """Return the classes among the public names of a package that derive from `base` and can be instantiated.

    Only names that end with `Params` are looked at, so that the result may be a public name of the package too.

    Args:
        package: Its names are public by `public_names`.
        base: The base class.
    """
    module = import_module(package)
    found: list[Any] = [getattr(module, name) for name in _places(module) if name.endswith("Params")]
    kind: Any = base
    classes = [cls for cls in found if issubclass(cls, kind) and not getattr(cls, "__abstractmethods__", None)]
    return sorted(classes, key=lambda cls: cls.__name__.removesuffix("Params").lower())


class _UnknownNameError(AttributeError):
    """Suggests the nearest name, but only when it is shown: `hasattr` must stay quick."""

    def __init__(self, package: str, name: str, names: Collection[str]) -> None:
        super().__init__(f"module {package!r} has no attribute {name!r}", name=name)
        self._names = names

    def __str__(self) -> str:
        from tfaip.params.suggestions import did_you_mean, nearest

        return "; ".join([str(self.args[0]), *did_you_mean(nearest(str(self.name), self._names, 1))])


def _places(module: Any) -> dict[str, tuple[str, str]]:
    """The module of each name, and its name there."""
    stub = module.__file__.removesuffix(".py") + ".pyi"
    places: dict[str, tuple[str, str]] = {}
    modules = set()
    try:
        # By the loader: a package may lie in a zip file.
        text = module.__spec__.loader.get_data(stub).decode("utf-8")
    except OSError as error:
        raise ImportError(f"{module.__name__} has no list of its public names: {error}") from error
    for line in text.splitlines():
        match line.split():
            case ["from", source, "import", "*"]:
                places.update(_places(import_module(source)))
            case ["from", source, "import", original, "as", name]:
                places[name] = (source, original)
                modules.add(source.removeprefix(f"{module.__name__}.").partition(".")[0])
            case ["from" | "import", *_]:
                raise ImportError(f"{stub}: expects `from MODULE import NAME as NAME`, got {line!r}")
    if both := sorted(modules & places.keys()):
        # Importing the module sets it as an attribute of the package.
        raise ImportError(f"{stub}: {both[0]} is a public name and a module of {module.__name__}; rename the module")
    return places
