"""Steps of `nox -s release_check`: the first example of a README runs, each documented installation is found."""

import subprocess
import sys
import zipfile

import pytest
from documented_installs import documented, extras_of

from commands import ROOT

TOOL = ROOT / "release" / "first_example.py"
SCRIPT = "Text.\n\n```python\n# greet.py\nimport sys\n\nprint('hello', *sys.argv[1:])\n```\n"


def first_example(folder, readme):
    (folder / "README.md").write_text(readme)
    words = [sys.executable, TOOL, "README.md"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("readme", "problem"),
    [
        (SCRIPT, ""),
        (SCRIPT.replace("# greet.py\n", "").replace("Text.", "Save this as `greet.py`:"), ""),
        (SCRIPT + "\n```console\n$ python greet.py Ada\nhello Ada\n\n$ python greet.py\nhello\n```\n", ""),
        (
            SCRIPT + "\n```console\n$ python greet.py Ada\nhello Grace\n```\n",
            "python greet.py Ada\nprinted\nhello Ada\nnot",
        ),
        (SCRIPT.replace("print('hello', *sys.argv[1:])", ""), "python greet.py printed nothing"),
        (SCRIPT.replace("import sys", "import nothing_of_that_name"), "python greet.py"),
    ],
)
def test_the_first_example_of_a_readme_runs_as_it_stands_there(tmp_path, readme, problem):
    done = first_example(tmp_path, readme)
    assert (done.returncode == 0) == (not problem), done.stdout + done.stderr
    assert problem in done.stderr


def test_a_readme_that_makes_a_scenario_is_run_from_there(tmp_path):
    block = (
        "```shell\nsource nowhere\ntfaip-new mine --template general\n"
        "python -c \\\n    'import mine.params'  # works\n```\n"
    )
    done = first_example(tmp_path, block)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "mine" / "params.py").exists()


def test_each_documented_installation_is_found():
    found = documented(ROOT)
    packages = {f"tfaip-{name}" for name in ("params", "pipeline", "model", "predict", "trainer", "experimenter")}
    assert packages | {"tfaip-pipeline[tf]"} <= found.keys()
    assert {name.partition("[")[0] for name in found} <= packages | {"tfaip"}
    assert "packages/pipeline/README.md" in found["tfaip-pipeline[tf]"]


def test_the_extras_of_a_wheel_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "mine-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(
            "mine-1.0.dist-info/METADATA", "Name: mine\nProvides-Extra: tf\nProvides-Extra: test\n\nText\n"
        )
    assert extras_of(tmp_path / "mine-1.0-py3-none-any.whl") == {"tf", "test"}


def test_each_package_tells_type_checkers_that_it_is_typed():
    sources = [ROOT / "src", *(ROOT / "packages").glob("*/src")]
    folders = [folder for source in sources for folder in (source / "tfaip").iterdir() if folder.is_dir()]
    typed = [folder.name for folder in folders if list(folder.glob("*.py")) and (folder / "py.typed").exists()]
    assert typed == [folder.name for folder in folders if list(folder.glob("*.py"))]


def test_a_test_over_its_budget_is_named_unless_it_is_marked(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = takes_long\n")
    (tmp_path / "test_x.py").write_text(
        "import time\nimport pytest\n\n\n"
        "def test_quick():\n    pass\n\n\n"
        "def test_slow():\n    time.sleep(0.02)\n\n\n"
        "@pytest.mark.takes_long\ndef test_marked():\n    time.sleep(0.02)\n"
    )
    tool = (ROOT / ".ci/run_tests.py").read_text().replace("BUDGET = 2.0", "BUDGET = 0.015")
    (tmp_path / "run_tests.py").write_text(tool)
    words = [sys.executable, "run_tests.py", "-n", "1", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [line.split()[-1] for line in done.stdout.splitlines() if "test_x.py::" in line] == ["test_x.py::test_slow"]
