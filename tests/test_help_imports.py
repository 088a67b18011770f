"""Help, schema and completion answer before anything slow is imported."""

import json
import subprocess
import sys

import pytest

from commands import AS_A_PERSON, COMMANDS, ROOT, TUTORIAL
from import_places import SLOW, TENSORFLOW
from tfaip.model import find_scenario
from tfaip.params import save

# Lines without values: they show a usage text.
BARE = ["tfaip-experimenter", "tfaip-new", "tfaip-upgrade", "tfaip-convert-exported-model"]
BARE += ["tfaip-resume-training", "tfaip-evaluate"]
OF_SCENARIO = ["tfaip-train", "tfaip-cross-validate", "tfaip-benchmark-input-pipeline"]
# Their modules import evaluators and more, as those of clients do.
SCENARIOS = [f"examples.{path.parent.name}" for path in sorted(ROOT.glob("examples/*/scenario.py"))]
SCENARIOS += ["examples.text.finetuningbert", "examples.tutorial.full"]
OF_BUNDLE = ["tfaip-predict", "tfaip-lav", "tfaip-evaluate", "tfaip-export", "tfaip-adapt-exported-model"]
ASK = """if True:
    import contextlib, io, json, os, sys
    from importlib import import_module
    slow = set(json.loads(sys.argv[1]))
    for completes, module, words in json.loads(sys.argv[2]):
        os.environ["TFAIP_COMPLETE"] = completes
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
            import_module(module).main(words)
        print(json.dumps([" ".join([module, *words]), len(shown.getvalue()) > 9, sorted(slow & sys.modules.keys())]))
"""


@pytest.fixture
def bundle(tmp_path):
    scenario = find_scenario(TUTORIAL)
    save(scenario.tagged(scenario.default_params()), tmp_path / "scenario_params.json")
    return str(tmp_path)


def test_nothing_slow_is_imported_for_an_answer(bundle):
    module = {name: entry.module for name, entry in COMMANDS.items()}
    lines = [("", module[name], ["--help"]) for name in BARE]
    for name in OF_SCENARIO:
        lines += [
            ("", module[name], [TUTORIAL, *words]) for words in (["--help"], ["--help", "all"], ["--show-schema"])
        ]
        lines.append(("bash", module[name], [TUTORIAL, "--optimizer."]))
    lines += [("", module["tfaip-train"], [name, "--help"]) for name in SCENARIOS]
    lines += [("", module[name], ["--export_dir", bundle, "--trust", "examples", "--help"]) for name in OF_BUNDLE]
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(sorted(SLOW | TENSORFLOW)), json.dumps(lines)],
        cwd=ROOT,
        env={**AS_A_PERSON, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer for answer in answers if answer[1:] != [True, []]] == []
    assert len(answers) == len(lines)
