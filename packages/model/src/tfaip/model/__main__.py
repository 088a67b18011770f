"""`python -m tfaip.model [adapt-exported-model] ...`: the command of the package, without its script."""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.model.command import run_installed_command

if __name__ == "__main__":
    run_installed_command("tfaip.model", default="adapt-exported-model")
