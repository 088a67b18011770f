"""Writes the pages that are made of the program: `python docs/generate.py`, before Sphinx runs.

commands/NAME.md    the help of each command, as it is printed at 100 columns
python/PACKAGE.md   the public names of each package
hooks.md            the methods of the base classes that users override
parameters.md       the tables of the parameters of a training, as the minimal tutorial has them
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the examples are

from examples.tutorial.min.scenario import TutorialScenario
from tfaip.model.command import installed_commands
from tfaip.params import markdown_reference

from hooks import hooks_page  # isort: skip - beside this file

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs/reference"
PACKAGES = ("params", "pipeline", "model", "predict", "trainer", "experimenter")
SCENARIO = "examples.tutorial.min"


def main() -> None:
    """Write all pages."""
    for folder in (REFERENCE / "commands", REFERENCE / "python"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for command, entry in installed_commands().items():
        (REFERENCE / "commands" / f"{command}.md").write_text(command_page(command, entry.module), encoding="utf-8")
    for package in PACKAGES:
        (REFERENCE / "python" / f"{package}.md").write_text(names_page(f"tfaip.{package}"), encoding="utf-8")
    default = TutorialScenario.default_trainer_params()
    tables = markdown_reference(type(default), root="trainer", default=default)
    generated = ROOT / "docs/_build/generated"
    generated.mkdir(parents=True, exist_ok=True)
    (generated / "parameters.md").write_text(tables, encoding="utf-8")
    (generated / "hooks.md").write_text(hooks_page(), encoding="utf-8")


def command_page(command: str, module: str) -> str:
    """Return the page of a command: its package, its help, and that for a scenario where it takes one."""
    package = module.split(".")[1].replace("cli", "")
    distribution = f"tfaip-{package}" if package else "tfaip"
    page = f"# {command}\n\nThe package `{distribution}` brings it.\n\n{shown_help(command)}"
    if command == "tfaip-train":
        page += f"\n## {command} {SCENARIO}\n\nWith the arguments of a scenario:\n\n{shown_help(command, SCENARIO)}"
    return page


def shown_help(command: str, *words: str) -> str:
    """Return what a command prints when it is asked for help, as a block."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    line = [str(Path(sys.executable).with_name(command)), *words, "--help", *(["all"] if words else [])]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=environment)
    return f"```text\n{done.stdout}```\n"


def names_page(package: str) -> str:
    """Return the page of a package: its public names, each with the first sentence of its documentation."""
    rows = []
    for name, module in sorted(public_names(package).items(), key=lambda item: item[0].lower()):
        rows.append(f"| {{py:obj}}`{name} <{module}.{name}>` | {first_sentence(module, name)} |")
    table = "\n".join(["| name | |", "| --- | --- |", *rows])
    intro = f"Import these names from the package: `from {package} import {next(iter(public_names(package)))}`."
    modules = f"All modules: {{py:mod}}`{package}`."
    return f"# {package}\n\n{intro}\n\n{table}\n\n{modules}\n"


def public_names(package: str) -> dict[str, str]:
    """Return the public names of a package, each with the module that defines it, from the stub of the package."""
    found = {}
    for node in ast.parse(source_of(package, "__init__.pyi")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                others = public_names(node.module) if has_stub(node.module) else {}
                if alias.name == "*":
                    found.update(others)
                else:
                    found[alias.name] = others.get(alias.name, node.module)
    return found


def first_sentence(module: str, name: str) -> str:
    """Return the first line of the documentation of a class or function; none for other names."""
    file = module_file(module)
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0].replace("|", "\\|")
    return ""


def module_file(module: str) -> Path:
    """Return the source of a module."""
    path = folder_of(module)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def folder_of(module: str) -> Path:
    """Return where the folder of a package is, or would be."""
    return ROOT / "packages" / module.split(".")[1] / "src" / module.replace(".", "/")


def has_stub(package: str) -> bool:
    """Whether a package names its public names in a stub."""
    return (folder_of(package) / "__init__.pyi").exists()


def source_of(package: str, file: str) -> str:
    """Return the text of a file of a package."""
    return (folder_of(package) / file).read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
