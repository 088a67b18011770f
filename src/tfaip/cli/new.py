"""tfaip-new: writes a new scenario, which trains and passes its own tests at once."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent, indent

from tfaip.cli.template_text import clashing_name, renamed
from tfaip.model.command import Invocation, run_command
from tfaip.params import UserError
from tfaip.params.shown_text import one_line

__all__ = ["NewScenarioError", "main", "write_scenario"]

SINGLE = "single"
TEMPLATES = ["general", "images", "listfile", SINGLE]


class NewScenarioError(UserError, ValueError):
    """A scenario can't be written under this name, or to this place."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-new", "", argv, _new, subjects=())


def _new(call: Invocation) -> None:
    command_line = call.command_line("Write a new scenario below the current folder, ready to be trained and changed.")
    command_line.add_argument("name", required=True, help="Name of the package or file, words separated by underscores")
    command_line.add_argument(
        "--template",
        default=TEMPLATES[0],
        choices=TEMPLATES,
        help="general: samples made in Python; images: folders or tables of labelled images; "
        "listfile: files of any kind, named by lists; single: all in one file, without tests",
    )
    arguments = command_line.parse(call.words).arguments
    written = write_scenario(arguments.name, arguments.template, Path.cwd())
    print(one_line(f"{written} is written. Now:"), end="\n\n")
    print(indent(_commands(written), "  "), end="")


def _commands(written: Path) -> str:
    """The commands that the README of a template begins with, or the docstring of its only file."""
    if written.is_dir():
        text = (written / "README.md").read_text(encoding="utf-8")
        return text.split("```")[1].removeprefix("shell\n")
    docstring = ast.get_docstring(ast.parse(written.read_text(encoding="utf-8"))) or ""
    return dedent(docstring.partition("\n\n")[2]) + "\n"


def write_scenario(name: str, template: str, parent: Path) -> Path:
    """Copy a template to a new package or file, and return its path.

    Args:
        name: Of the package or file, in snake case; classes get it in camel case.
        template: Name of the template.
        parent: Folder that the package or file is made in.

    Raises:
        NewScenarioError: The name is no name for a package, there is such a folder, file or importable package already,
            or a class would have the name of one of tfaip.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise NewScenarioError(
            "the name of a scenario must be one of a Python package: small letters, digits and underscores, "
            f"a letter first; got {name!r}"
        )
    for written in (parent / name, parent / f"{name}.py"):
        if written.exists():
            raise NewScenarioError(f"{written} is there already, and nothing of it was changed; choose another name")
    if find_spec(name) is not None:
        raise NewScenarioError(f"it would hide the installed package {name}; choose another name")
    package = f"tfaip.templates.{template}"
    source = Path(import_module(package).__path__[0])
    is_single = template == SINGLE
    files = [file for file in sorted(source.rglob("*")) if file.suffix in (".py", ".md")]
    texts = {
        str(file.relative_to(source)).replace("template", name): renamed(
            file.read_text(encoding="utf-8"), package, name
        )
        for file in files
        if not (is_single and file.name == "__init__.py")
    }
    for path, text in texts.items():
        if path.endswith(".py") and (clash := clashing_name(text)):
            raise NewScenarioError(f"its class {clash} would have the name of one of tfaip; choose another name")
    folder = parent if is_single else parent / name
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / f"{name}.py" if is_single else folder


if __name__ == "__main__":
    main()
