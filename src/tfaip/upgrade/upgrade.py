"""From the text of files to their text of today; reading and writing the files."""

from __future__ import annotations

import difflib
import os
import tempfile
import tokenize
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from tfaip.params import UserError
from tfaip.upgrade.calls import Calls
from tfaip.upgrade.hooks import Hooks
from tfaip.upgrade.imports import Imports
from tfaip.upgrade.keras_calls import KerasCalls
from tfaip.upgrade.links import Links
from tfaip.upgrade.module_attributes import ModuleAttributes, without_aliases
from tfaip.upgrade.names import used_names
from tfaip.upgrade.options import Options
from tfaip.upgrade.params_classes import ParamsClasses
from tfaip.upgrade.project import Project
from tfaip.upgrade.rewriter import MARK, SourceFile

__all__ = ["UpgradeError", "Upgraded", "upgrade_path", "upgrade_sources", "write"]

_RULES = (ParamsClasses, Hooks, Links, Calls, Options, KerasCalls)
_LEFT_OUT = {"__pycache__", "node_modules", "site-packages", "build", "dist"}


class UpgradeError(UserError, ValueError):
    """A file can't be read or is no Python."""


@dataclass(frozen=True)
class Upgraded:
    """A file before and after.

    Attributes:
        path: The file.
        before: Its text.
        after: Its text of today.
        comments: Places where a person has to decide, in `after`.
    """

    path: Path
    before: str
    after: str
    comments: int

    @property
    def diff(self) -> str:
        """The differences in the unified format; empty where there are none."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            str(self.path),
            str(self.path),
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def upgrade_sources(sources: Mapping[str, str], *, only: frozenset[str] | None = None) -> dict[str, str]:
    """Return the texts of today of modules.

    Args:
        sources: Texts by the dotted name of the module. The kind of a class, which the rules find out over all of them.
        only: Modules to rewrite; default: all.

    Raises:
        UpgradeError: A text is no Python.
    """
    parsed = {name: _parsed(name, text) for name, text in sources.items()}
    plain = Project()
    named = {
        name: without_aliases(module).visit(ModuleAttributes(SourceFile(name, plain)))
        for name, module in parsed.items()
    }
    project = Project.of(named)
    return {
        name: _rewritten(named[name], SourceFile(name, project), used_names(parsed[name]) + used_names(named[name]))
        for name in sources
        if only is None or name in only
    }


def _parsed(name: str, text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise UpgradeError(f"{name}:{error.raw_line}: the file must be Python, got: {error.message}") from None


def _rewritten(module: cst.Module, file: SourceFile, before: Counter[str]) -> str:
    for rule in _RULES:
        module = module.visit(rule(file))
    return module.visit(Imports(file, before)).code


def upgrade_path(path: Path) -> list[Upgraded]:
    """Return the files of a folder, or one file, before and after; nothing is written.

    Args:
        path: A folder or a file. Classes are looked up in the whole package that it belongs to.

    Raises:
        UpgradeError: It is missing, or a file of it is no Python.
    """
    if not path.exists():
        raise UpgradeError(f"PATH must be a folder or a file of Python, but {path} is not there")
    root = _root(path.resolve())
    files = {_module_name(file, root): file for file in _python_files(root if root.is_dir() else path.resolve())}
    wanted = {name for name, file in files.items() if file == path.resolve() or path.resolve() in file.parents}
    texts = {name: _read(file) for name, file in files.items()}
    sources = {name: text for name, (text, _) in texts.items() if text is not None}
    for name, (text, problem) in texts.items():
        if text is None and name in wanted:
            raise UpgradeError(f"{files[name]} can't be read: {problem}")
    for name in list(sources):
        try:
            _parsed(str(files[name]), sources[name])
        except UpgradeError:
            if name in wanted:
                raise
            del sources[name]
    after = upgrade_sources(sources, only=frozenset(wanted))
    return [Upgraded(files[name], sources[name], text, text.count(MARK)) for name, text in sorted(after.items())]


def write(upgraded: Upgraded) -> None:
    """Replace a file in one step; its encoding and its permissions stay."""
    path = upgraded.path
    with path.open("rb") as stream:
        encoding, _ = tokenize.detect_encoding(stream.readline)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        new = Path(stream.name)
        try:
            stream.write(upgraded.after.encode(encoding))
            stream.flush()
            new.chmod(path.stat().st_mode & 0o7777)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _read(file: Path) -> tuple[str | None, str]:
    try:
        content = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(iter(content.splitlines(keepends=True)).__next__)
        return content.decode(encoding), ""
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        return None, str(error)


def _root(path: Path) -> Path:
    """The outermost package that holds a path; the path itself where none does."""
    folder = path if path.is_dir() else path.parent
    if not (folder / "__init__.py").is_file():
        return path
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _python_files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _LEFT_OUT and not each.startswith("."))
        found += [Path(folder, each) for each in sorted(files) if each.endswith(".py")]
    return found


def _module_name(file: Path, root: Path) -> str:
    """The dotted name; a folder without `__init__.py` is where modules are, not a package."""
    base = root.parent if (root / "__init__.py").is_file() else root
    parts = file.relative_to(base).with_suffix("").parts if root.is_dir() else (file.stem,)
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
