"""Eight parts, each killed once by SIGKILL, are one prediction: `pytest -m faults`, some minutes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tfaip.predict.dump import DumpReader

pytestmark = pytest.mark.faults

PARTS = 8
SAMPLES = 2500  # of each part, in chunks of 1024


def started(folder, *words):
    command = [sys.executable, "-m", "tfaip.predict", "predict", "--dump", folder]
    log = Path(f"{folder}.log").open("ab")  # noqa: SIM115 - the process writes to it
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    return subprocess.Popen([*map(str, [*command, *words])], stdout=subprocess.DEVNULL, stderr=log, env=environment)


def kill_in_its_second_chunk(process, lines):
    while not (lines.exists() and len(lines.read_bytes().splitlines()) > 1100):
        assert process.poll() is None, "the process ended before it was killed"
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("batch_size", [1, 16])
def test_parts_that_were_killed_are_one_prediction(exported, tmp_path, batch_size):
    words = ["--export_dir", exported[0].path, "--data.count", PARTS * SAMPLES, "--batch_size", batch_size]
    assert started(tmp_path / "whole", *words).wait() == 0
    parts = tmp_path / "parts"
    for number in range(PARTS):
        shard = ["--shard", f"{number}/{PARTS}"]
        lines = parts / f"part-{number}-of-{PARTS}" / "samples.jsonl"
        kill_in_its_second_chunk(started(parts, *words, *shard), lines)
        half = list(DumpReader(lines.parent))
        assert 1024 < len(half) < SAMPLES
        assert started(parts, *words, *shard).wait() == 0
    assert Path(f"{parts}.log").read_text().count("goes on behind its first") == PARTS
    count = 0
    for one, other in zip(DumpReader(parts), DumpReader(tmp_path / "whole"), strict=True):
        count += 1
        assert one.meta == other.meta
        assert (one.outputs["name"], one.outputs["class"]) == (other.outputs["name"], other.outputs["class"])
        for name in ("pred", "logits"):
            if batch_size == 1:
                np.testing.assert_array_equal(one.outputs[name], other.outputs[name])
            else:
                np.testing.assert_allclose(one.outputs[name], other.outputs[name], rtol=0, atol=1e-5)
    assert count == PARTS * SAMPLES
