"""The commands of the page for users of other tools run as they stand, in the tests' own process."""

import importlib.util
import re
import shlex
import sys

import pytest

from commands import ROOT

PAGE = (ROOT / "docs/coming_from_other_tools.md").read_text(encoding="utf-8")
SCRIPT = "docs/examples/train_options.py"
BLOCKS = re.findall(r"^```shell\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line.removeprefix(f"python {SCRIPT} ") for block in BLOCKS for line in block.splitlines() if SCRIPT in line]
SECTIONS = PAGE.split("\n## ")[1:]


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("train_options", ROOT / SCRIPT)
    module = sys.modules["train_options"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield vars(module)
    del sys.modules["train_options"]


def parsed(example, words):
    return example["parse"](example["TrainParams"], words, exits=False)


def test_there_are_ten_tasks_with_a_row_for_each_tool_and_a_command():
    assert len(SECTIONS) == 10
    for section in SECTIONS:
        for tool in ("argparse", "tyro", "hydra", "jsonargparse", "tfaip"):
            assert re.search(rf"^\| .*\b{tool}\b", section, re.MULTILINE), section
        assert f"python {SCRIPT}" in section


@pytest.mark.parametrize("command", [line for line in COMMANDS if "--show" not in line and "build_" not in line])
def test_a_command_of_the_page_is_read_and_said_again(example, command, monkeypatch):
    monkeypatch.chdir(ROOT)
    made = parsed(example, shlex.split(command))
    assert made != example["TrainParams"]()
    assert parsed(example, example["to_argv"](made)) == made


def test_references_of_the_page_follow_the_line(example, monkeypatch):
    monkeypatch.chdir(ROOT)
    made = parsed(example, shlex.split("--config docs/examples/run.yaml --model.width 16"))
    assert (made.output.name, made.model.sizes, made.epochs) == ("width_16", [16, 10], 5)
    assert made.optimizer == example["MomentumParams"](lr=0.1, momentum=0.9)


def test_only_changes_are_saved_and_read_again(example, tmp_path):
    saved = tmp_path / "changes.yaml"
    words = ["--optimizer", "SGD", "--only-changes", "--save-config", str(saved)]
    made = example["parse"](example["TrainParams"], words)
    assert "epochs" not in saved.read_text()
    assert parsed(example, ["--config", str(saved)]) == made
