"""What importing the package costs and needs."""

import subprocess
import sys

import tfaip.pipeline


def imported_by(statement):
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_nothing_but_the_adapter_imports_tensorflow():
    for statement in ("from tfaip.pipeline import *", "import tfaip.pipeline.generators, tfaip.pipeline.measure"):
        modules = imported_by(statement)
        assert "tensorflow" not in modules
        assert "tfaip.pipeline.tf_dataset" not in modules


def test_all_public_names_exist():
    assert all(hasattr(tfaip.pipeline, name) for name in tfaip.pipeline.__all__)
