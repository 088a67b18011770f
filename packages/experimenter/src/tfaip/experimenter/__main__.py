"""`python -m tfaip.experimenter`: the command tfaip-experimenter."""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.experimenter.cli.command import main

if __name__ == "__main__":
    main()
