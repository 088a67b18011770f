"""An export to ONNX that is killed leaves the bundle whole, and the next one works."""

import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tfaip.model import Bundle, load_onnx_function
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.onnx_export import export_onnx
from tfaip.model.testing.points.scenario import PointsScenario

POINT = {"point": np.zeros((2, 2), np.float32)}
KILLED = """
    import os
    import signal
    import sys

    import numpy as np

    from tfaip.model.bundle.manifest import Manifest
    from tfaip.model.folders import atomic_folder
    from tfaip.model.stored.onnx_export import export_onnx

    def kill(*arguments):
        os.kill(os.getpid(), signal.SIGKILL)

    if sys.argv[2] == "written":
        Manifest.add = kill
    else:
        exchange = atomic_folder.exchange
        atomic_folder.exchange = lambda *paths: exchange(*paths) and kill()
    export_onnx(sys.argv[1], [{"point": np.zeros((2, 2), np.float32)}])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders in one step")
@pytest.mark.parametrize(("at", "has_model"), [("written", False), ("exchanged", True)])
def test_a_bundle_is_the_old_or_the_new_one_where_its_export_is_killed(tmp_path, at, has_model):
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    bundle = export_bundle(tmp_path / "best", scenario, model, model.build_graph(scenario.data))
    words = [sys.executable, "-c", textwrap.dedent(KILLED), str(bundle.path), at]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert Bundle.at(bundle.path).path == bundle.path
    bundle.verify()
    assert bundle.onnx.exists() == has_model
    export_onnx(bundle.path, [POINT])
    bundle.verify()
    assert load_onnx_function(bundle.path)(POINT)["class"].shape == (2,)
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
