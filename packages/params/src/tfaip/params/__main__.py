"""`python -m tfaip.params module:Class`: the Markdown reference of a params class, for documentation."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tfaip.params.commandline.command import CommandLine
from tfaip.params.documenting.reference import markdown_reference
from tfaip.params.errors import CommandLineError, Mistake
from tfaip.params.importing import import_tag
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.problem import ValueProblem


def main(argv: Sequence[str] | None = None) -> None:
    """Print the reference of a class as Markdown."""
    command = CommandLine("python -m tfaip.params", "Renders a params class, with all that it holds, as Markdown.")
    command.add_argument("class", required=True, help="The params class as module:Class")
    command.add_argument("--root", default="", help="The first part of the names of the arguments")
    command.add_argument("--level", type=int, default=2, help="The level of the headings")
    arguments = command.parse(argv).arguments
    tag = arguments["class"]
    try:
        cls = import_tag(tag)
        if not has_fields(cls):
            raise ValueProblem(f"{tag} is no params class")
    except ValueProblem as problem:
        command.exit_with(CommandLineError([Mistake("CLASS", problem.problem, problem.hints)]))
    sys.stdout.write(markdown_reference(cls, root=arguments.root, level=arguments.level))


if __name__ == "__main__":
    main()
