"""The Containerfile of the how-to on services: its steps fit together; `nox -s container` runs them."""

import runpy
import shutil

import pytest
from containerfile import files_of, instructions_of, prepared

from commands import ROOT

TEXT = (ROOT / "docs/howtos/prediction_service.md").read_text(encoding="utf-8")
BUNDLE = ROOT / "packages/predict/tests/onnx_bundle"


def test_the_command_finds_the_service_and_the_bundle(tmp_path, monkeypatch):
    pytest.importorskip("fastapi")
    context = tmp_path / "context"
    shutil.copytree(BUNDLE, context / "runs/service/best")
    for name, content in files_of(TEXT).items():
        (context / name).write_text(content, encoding="utf-8")
    image = prepared(instructions_of(TEXT), context, tmp_path / "root", {}, runs=False)
    assert image.command[0] == "uvicorn"
    module, _, name = image.command[1].partition(":")
    monkeypatch.setenv("BUNDLE", image.environment["BUNDLE"])
    app = runpy.run_path(str(image.folder / f"{module}.py"))[name]
    from fastapi.testclient import TestClient

    with TestClient(app) as client:
        answer = client.post("/predict", json={"point": [0.1, 0.9]}).json()
    assert set(answer) == {"name", "probability"}


def test_the_packages_of_the_service_are_installed():
    (words,) = [words for name, words in instructions_of(TEXT) if name == "RUN"]
    assert words[:2] == ["pip", "install"]
    assert {"tfaip-predict[onnx]", "fastapi", "uvicorn"} <= set(words)


def test_an_instruction_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="got HEALTHCHECK"):
        prepared(instructions_of("```dockerfile\nHEALTHCHECK NONE\n```"), tmp_path, tmp_path / "root", {})
