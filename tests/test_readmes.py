"""The code in the READMEs runs as it stands; what needs a trained model is run in test_tutorial."""

import pytest

from readme_code import run_python_blocks


@pytest.mark.parametrize("package", ["model", "trainer"])
def test_the_python_blocks_of_a_package_run(package, tmp_path):
    done = run_python_blocks(f"packages/{package}/README.md", tmp_path)
    assert done.returncode == 0, done.stderr
