"""`python -m tfaip.predict [predict|lav|multi-lav|evaluate] ...`: the commands, without the meta-package."""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
import sys
from importlib import import_module

COMMANDS = {"predict": "predict", "lav": "lav", "multi-lav": "multi_lav", "evaluate": "evaluate"}


def main() -> None:
    """Run the command that the first word names; tfaip-predict without such a word."""
    name = sys.argv.pop(1) if sys.argv[1:] and sys.argv[1] in COMMANDS else "predict"
    import_module(f"tfaip.predict.cli.{COMMANDS[name]}").main()


if __name__ == "__main__":
    main()
