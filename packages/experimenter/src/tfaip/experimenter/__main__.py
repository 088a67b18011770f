"""`python -m tfaip.experimenter`: the command tfaip-experimenter."""

from __future__ import annotations

from tfaip.experimenter.cli.command import main

if __name__ == "__main__":
    main()
