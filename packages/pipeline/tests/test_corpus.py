"""Files of earlier versions are read today."""

import json
import subprocess
import sys
from pathlib import Path

import pipeline_cases as cases
import pytest

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)
def test_parameters_load_by_their_former_tags(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "tfaip.params.testing", folder / "classes.json"], check=True)


@pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)
def test_data_goes_on_where_an_earlier_version_stopped(folder: Path) -> None:
    stored = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    chain = [cases.DropEveryParams(), cases.RepeatParams(), cases.AddNoiseParams()]
    pipeline = cases.make_pipeline(*chain, generator=cases.NumbersParams(count=23), shuffle_buffer_size=5, seed=7)
    with pipeline.generate_input_batches(state=stored["state"], repeat=True) as batches:
        following = [next(batches).inputs["n"].ravel().tolist() for _ in stored["following"]]
    assert following == stored["following"]
