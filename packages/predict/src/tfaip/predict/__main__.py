"""`python -m tfaip.predict [predict|lav|multi-lav|evaluate] ...`: the commands, without the meta-package."""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS = {"predict": "predict", "lav": "lav", "multi-lav": "multi_lav", "evaluate": "evaluate"}


def main() -> None:
    """Run the command that the first word names; tfaip-predict without such a word."""
    words = sys.argv[1:]
    name = words.pop(0) if words and words[0] in COMMANDS else "predict"
    import_module(f"tfaip.predict.cli.{COMMANDS[name]}").main(words)


if __name__ == "__main__":
    main()
