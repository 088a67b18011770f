"""A scenario of tfaip 1.2 passes `tfaip-train SCENARIO --check` after `tfaip-upgrade`, without a line by hand."""

import sys

import pytest

from former import write_scenario
from tfaip.cli.upgrade import main as upgrade
from tfaip.model.command import installed_commands
from tfaip.trainer.cli.train import main as train


@pytest.mark.parametrize(("scenario", "name"), [("ocr", "old_ocr.scenario"), ("words", "old_words.scenario")])
def test_an_upgraded_scenario_passes_the_check(scenario, name, tmp_path, monkeypatch, capsys):
    write_scenario(scenario, tmp_path)
    (tmp_path / "words.lst").write_text("".join("a" * (1 + number % 5) + "\n" for number in range(32)))
    upgrade([str(tmp_path / name.partition(".")[0])])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    # The console's handler would stay for the tests that follow; how fast a step is says nothing here.
    monkeypatch.setattr("tfaip.trainer.cli.train.log_to_console", lambda: None)
    monkeypatch.setattr("tfaip.trainer.preflight.check._Check._check_speed", lambda self, **options: None)
    train([name, "--check", "--trainer.random_seed", "1"])
    passed = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("✓")]
    assert passed[-2:] == ["best", "export"]
    assert len(passed) == 10


def test_the_command_is_installed():
    assert installed_commands()["tfaip-upgrade"].module == "tfaip.cli.upgrade"
