"""`python -m tfaip.predict [NAME] ...`: the commands predict, lav, multi-lav and evaluate, without their scripts."""

import tfaip.params  # noqa: F401 - first: it puts the current folder last, which `python -m` has put first

# isort: split
from tfaip.model.command import run_installed_command

if __name__ == "__main__":
    run_installed_command("tfaip.predict", default="predict")
