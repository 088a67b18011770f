"""Systems without what Linux has, simulated: modules and functions of Unix are missing."""

import subprocess
import sys
import textwrap

import openpyxl
import pytest

# What Windows lacks. macOS lacks the first line of functions.
WITHOUT = """\
import os, signal, sys

for module in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[module] = None
for owner, names in (
    (os, "memfd_create sched_getaffinity"),
    (os, "fork geteuid getpgid getuid killpg mkfifo setpgid setsid waitid"),
    (signal, "SIGCHLD SIGHUP SIGKILL SIGUSR1 SIGUSR2 SIG_BLOCK pthread_sigmask"),
):
    for name in names.split():
        delattr(owner, name)
"""

PIPELINE = """\
import logging
from tfaip.model.testing.points.params import PointsDataParams, PointsGeneratorParams
from tfaip.pipeline import DataPipelineParams, PipelineMode

logging.basicConfig()
pipeline = PointsDataParams().create().create_pipeline(
    PipelineMode.EVALUATION, DataPipelineParams(batch_size=4, num_processes=2), PointsGeneratorParams(count=10)
)
with pipeline.generate_input_batches() as batches:
    print([len(batch.meta) for batch in batches])
"""

HELP = """\
from tfaip.trainer.cli.train import main
main(["tfaip.model.testing.points.scenario:PointsScenario", "--help"])
"""

QUEUE = """\
from tfaip.experimenter.cli.command import main
main(["--xlsx", "runs.xlsx", "--cpus", "0"])
"""


def run(tmp_path, program):
    script = tmp_path / "program.py"
    script.write_text(WITHOUT + textwrap.dedent(program))
    return subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_pipeline_runs_without_workers_and_says_so_once(tmp_path):
    done = run(tmp_path, PIPELINE)
    assert done.stdout == "[4, 4, 2]\n", done.stderr
    assert done.stderr.count("worker processes need os.memfd_create, which this system does not have") == 1


def test_the_help_of_a_training_is_shown(tmp_path):
    done = run(tmp_path, HELP)
    assert done.returncode == 0, done.stderr
    assert "--trainer.epochs" in done.stdout


def test_the_queue_runs_the_rows_of_a_workbook(tmp_path):
    workbook = openpyxl.Workbook()
    command = f"{sys.executable} -c pass"
    for row in (["ID", "COMMAND", "PARAMS"], ["", "", "default"], ["", "", "x"], ["1", command, "3"]):
        workbook.active.append(row)
    workbook.save(tmp_path / "runs.xlsx")
    done = run(tmp_path, QUEUE)
    assert done.returncode == 0, done.stderr
    assert "1 finished" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "module", ["tfaip.predict.cli.predict", "tfaip.model.cli.adapt_exported_model", "tfaip.cli.new"]
)
def test_modules_of_commands_are_imported(tmp_path, module):
    done = run(tmp_path, f"import {module}\n")
    assert done.returncode == 0, done.stderr
