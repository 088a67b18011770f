"""The workflows run sessions of nox that exist, all of them, with pinned actions and few permissions."""

import ast
import re

import pytest
import yaml

from commands import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Run by hand: what they make is looked at, or they are steps of a release.
BY_HAND = {"gallery", "pictures", "corpus", "dist"}


def noxfile():
    return ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))


def sessions():
    functions = [node for node in noxfile().body if isinstance(node, ast.FunctionDef)]
    return {function.name for function in functions if function.decorator_list}


def packages():
    assignments = [node for node in noxfile().body if isinstance(node, ast.Assign)]
    (tested,) = (node.value for node in assignments if ast.unparse(node.targets[0]) == "TESTED")
    return ast.literal_eval(tested)


def loaded(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs():
    return [(path.stem, name, job) for path in WORKFLOWS for name, job in loaded(path)["jobs"].items()]


def sessions_of(job):
    """Sessions that the steps of a job run, those of its matrix included."""
    found = set()
    for step in job["steps"]:
        if match := re.match(r"uvx nox -s (\S+)", step.get("run", "")):
            if match[1] != '"$SESSION"':
                found.add(match[1])
            elif "matrix.session" in job["env"]["SESSION"]:
                found.update(job["strategy"]["matrix"]["session"])
            else:
                found.add(job["env"]["SESSION"].partition("-")[0])
    return found


def test_each_session_that_a_workflow_runs_exists():
    assert set().union(*(sessions_of(job) for _, _, job in jobs())) <= sessions()


def test_each_session_of_the_project_runs_in_a_workflow():
    run = set().union(*(sessions_of(job) for _, _, job in jobs()))
    assert sessions() - run - BY_HAND == set(), "add it to .github/workflows/nightly.yml, or to BY_HAND here"


def test_each_package_is_tested_on_the_oldest_and_the_newest_python():
    matrix = loaded(ROOT / ".github/workflows/tests.yml")["jobs"]["packages"]["strategy"]["matrix"]
    assert matrix["package"] == packages()
    classifiers = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    versions = sorted(re.findall(r"Python :: (3\.\d+)", classifiers), key=lambda text: int(text.partition(".")[2]))
    assert matrix["python"] == [versions[0], versions[-1]]


def test_packages_without_tensorflow_are_tested_on_other_systems():
    matrix = loaded(ROOT / ".github/workflows/tests.yml")["jobs"]["systems"]["strategy"]["matrix"]
    assert {name.partition("[")[0] for name in matrix["package"]} == {"params", "pipeline", "experimenter"}
    assert matrix["system"] == ["macos-latest", "windows-latest"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_their_hash_with_the_version_beside_it(path):
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_an_action_has_one_hash_in_all_workflows():
    uses = {line for path in WORKFLOWS for line in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))}
    assert len(uses) == len({line.partition("@")[0] for line in uses})


@pytest.mark.parametrize(("workflow", "name", "job"), jobs(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_job_may_read_the_repository_and_no_more(workflow, name, job):
    allowed = {"id-token": "write"} if (workflow, name) == ("release", "publish") else {"contents": "read"}
    assert job["permissions"] == allowed
    assert loaded(ROOT / f".github/workflows/{workflow}.yml")["permissions"] == {}
    assert job["timeout-minutes"] > 0
