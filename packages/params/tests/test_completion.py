"""What completion offers at each place of a line, and that the shells understand their scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import params_zoo as zoo
import pytest

from tfaip.params import CommandLine
from tfaip.params.commandline.answering.completion import candidates, print_candidates
from tfaip.params.commandline.answering.shells import completion_script


@pytest.fixture
def command() -> CommandLine:
    command = CommandLine("prog")
    command.add_argument("--mode", choices=["fast", "slow"])
    command.add_argument("words", type=list[str])
    command.add_root("trainer", zoo.TrainerParams)
    return command


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--trainer.ep", ["--trainer.epochs"]),
        ("--optimizer.", ["--optimizer.beta_1", "--optimizer.clip_norm", "--optimizer.lr"]),
        ("--optimizer SGD --optimizer.m", ["--optimizer.momentum"]),
        ("--trainer.optimizer.l", ["--trainer.optimizer.lr"]),
        ("--trainer.max-e", ["--trainer.max-epochs"]),
        ("--optimizer ", ["Adam", "Momentum"]),
        ("--optimizer M", ["Momentum"]),
        ("--optimizer Adam ", []),
        ("--optimizer=A", ["--optimizer=Adam"]),
        ("--net.activation ", ["relu", "tanh", "sigmoid"]),
        ("--net.activation t", ["tanh"]),
        ("--net.activation relu t", []),
        ("--net.layers Conv F", ["FC"]),
        ("--net.layers FC --net.layers.0.u", ["--net.layers.0.units"]),
        ("--warmstart ", ["Warmstart", "none"]),
        ("--trainer.verbose ", ["true", "false"]),
        ("--mode s", ["slow"]),
        ("--mode fast ", []),
        ("--mo", ["--mode"]),
        ("--save", ["--save-config"]),
        ("--quux ", []),
        ("wo", []),
        ("", []),
    ],
)
def test_candidates(command: CommandLine, line: str, expected: list[str]) -> None:
    assert candidates(command, line.split(" ")) == expected


def test_without_words_there_is_nothing(command: CommandLine) -> None:
    assert candidates(command, []) == []


def test_bash_wants_only_what_follows_its_word_breaks(command: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    print_candidates(command, ["--optimizer=A"], "bash")
    assert capsys.readouterr().out == "Adam\n"
    print_candidates(command, ["--optimizer=A"], "zsh")
    assert capsys.readouterr().out == "--optimizer=Adam\n"


def test_the_environment_variable_asks_for_candidates(
    command: CommandLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFAIP_COMPLETE", "zsh")
    with pytest.raises(SystemExit) as caught:
        command.parse(["--trainer.epochs", "x", "--mode", "f"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == "fast\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_printed_for_each_shell(
    command: CommandLine, shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.parse(["--show-completion", shell])
    script = capsys.readouterr().out
    assert f"TFAIP_COMPLETE={shell}" in script
    assert "_complete_prog" in script
    assert "{" + "}" not in script
    if found := shutil.which(shell):
        subprocess.run([found, "-n", "/dev/stdin"], input=script, text=True, check=True)


DRIVERS = {
    "bash": 'COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; _complete_prog; printf "%s\\n" "${{COMPREPLY[@]}}"',
    # What the completion system of zsh would provide, as far as the script calls it.
    "zsh": 'compadd() {{ shift; print -l -- "$@" }}; words=(${{=:-{line}}}); CURRENT=$#words; _complete_prog',
    "fish": 'complete -C "{line}"',
}
BEFORE = {"zsh": "compdef() { }\n"}


@pytest.mark.parametrize("shell", list(DRIVERS))
def test_a_shell_completes_a_real_command(tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    here = Path(__file__).parent
    (tmp_path / "prog").write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(here)!r})\n"
        "import params_zoo as zoo\nfrom tfaip.params import CommandLine\n"
        "command = CommandLine('prog')\ncommand.add_root('trainer', zoo.TrainerParams)\ncommand.parse()\n"
    )
    (tmp_path / "prog").chmod(0o755)
    driver = DRIVERS[shell].format(line="prog --optimizer SGD --optimizer.mo")
    done = subprocess.run(
        [shell, "-c", BEFORE.get(shell, "") + completion_script("prog", shell) + driver],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["--optimizer.momentum"]
