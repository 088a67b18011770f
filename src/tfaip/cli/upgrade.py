"""tfaip-upgrade: rewrites a scenario of tfaip 1.2 for this version."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tfaip.model.command import Invocation, run_command
from tfaip.params import UserError
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["main"]

_USAGE = """usage: tfaip-upgrade PATH [--diff]

Rewrite a scenario of tfaip 1.2, a folder or a file, for this version. Commit it first: the files are changed in place.
"""


class UpgradeToolsError(UserError, ModuleNotFoundError):
    """The library that rewrites Python isn't installed."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-upgrade", _USAGE, argv, _upgrade)


def _upgrade(call: Invocation) -> None:
    line = call.command_line("Rewrite a scenario of tfaip 1.2, a folder or a file, for this version.")
    line.add_argument("--diff", type=bool, help="Show the differences and change nothing")
    arguments = line.parse(call.words).arguments
    try:
        rewriting = import_module("tfaip.upgrade")
    except ModuleNotFoundError as error:
        if error.name != "libcst":
            raise
        raise UpgradeToolsError("tfaip-upgrade needs libcst: pip install 'tfaip[upgrade]'", name="libcst") from None
    files = rewriting.upgrade_path(Path(call.about[0]))
    changed = [each for each in files if each.after != each.before]
    for each in changed:
        if arguments.diff:
            print(clean_text(each.diff), end="")
        else:
            rewriting.write(each)
            left = f", {each.comments} comments" if each.comments else ""
            print(one_line(f"{each.path}: rewritten{left}"))
    if arguments.diff:
        return
    comments = sum(each.comments for each in files)
    print(f"{len(changed)} of {len(files)} files rewritten, {comments} comments `# tfaip-upgrade:` where you decide.")
    print("Now: tfaip-train SCENARIO --check")


if __name__ == "__main__":
    main()
