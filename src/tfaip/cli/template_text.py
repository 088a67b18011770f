"""The text of a template under the name of a new scenario."""

from __future__ import annotations

import ast
import re
import sys

__all__ = ["clashing_name", "in_camel_case", "renamed"]


def in_camel_case(name: str) -> str:
    """Return the name of a package as that of a class: `MyShapes` for `my_shapes`."""
    return "".join(word.capitalize() for word in name.split("_"))


def renamed(text: str, package: str, name: str) -> str:
    """Return a file of a template with the names of the new package, sorted as a person would sort them.

    Args:
        text: Of the file.
        package: The template's package.
        name: The new package.
    """
    names = {package: name, "PATH_OF_THIS_FOLDER": name, "Template": in_camel_case(name), "template": name}
    # In one pass, since the new name may hold a word that is replaced.
    text = re.sub("|".join(map(re.escape, names)), lambda match: names[match[0]], text)
    own = re.compile(rf"^( *from {name}[.\w]* import )(\w+(?:, \w+)*)$", re.MULTILINE)
    text = own.sub(lambda match: match[1] + ", ".join(_sorted(match[2].split(", "))), text)
    text = re.sub(r"(?<=__all__ = \[\n)((?: {4}\"\w+\",\n)+)", lambda match: "".join(_sorted_lines(match[1])), text)
    return _own_imports_apart(text, name)


def clashing_name(source: str) -> str | None:
    """Return a class that a module both imports and defines, which a new name may lead to; `None` for none."""
    tree = ast.parse(source)
    of_tfaip = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tfaip.")
    ]
    imported = {alias.name for node in of_tfaip for alias in node.names}
    defined = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return next((name for name in defined if name in imported), None)


def _own_imports_apart(text: str, name: str) -> str:
    """Set the imports of the package apart; those of tfaip stand with other libraries in the project of a user."""
    before_tfaip = re.compile(r"^((?:from|import) (\w+).*\n)\n(?=(?:from|import) tfaip\b)", re.MULTILINE)
    joined = before_tfaip.sub(_joined_libraries, text)
    return re.sub(rf"^((?:from|import) tfaip\b.*\n|\)\n)(?=from {name}\b)", r"\1\n", joined, flags=re.MULTILINE)


def _joined_libraries(match: re.Match[str]) -> str:
    return match[0] if match[2] in sys.stdlib_module_names else match[1]


def _sorted(names: list[str]) -> list[str]:
    """Constants first, as sorters of imports do."""
    return sorted(names, key=lambda name: (not name.isupper(), name))


def _sorted_lines(lines: str) -> list[str]:
    return sorted(lines.splitlines(keepends=True))
