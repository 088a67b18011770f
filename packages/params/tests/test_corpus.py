"""Files of earlier versions hold the same parameters today."""

from pathlib import Path

import pytest
from stored_values import stored_params

from tfaip.params import load

CORPUS = Path(__file__).parent / "corpus"
FILES = [path.relative_to(CORPUS).as_posix() for path in sorted(CORPUS.glob("*/*"))]


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_an_earlier_version_loads(file: str) -> None:
    expected = stored_params()[Path(file).stem]
    assert load(type(expected), CORPUS / file) == expected


def test_the_corpus_holds_each_kind_of_file_in_each_format() -> None:
    assert {Path(file).name for file in FILES} == {
        f"{name}.{ending}" for name in stored_params() for ending in ("json", "yaml", "toml")
    }
