"""The frame of commands: what a line is about, what is left of it, and what a mistake ends with."""

import pytest

from tfaip.model.command import FIRST_WORD, Subject, run_command

BUNDLES = Subject(("--export_dirs", "--export_dir"), "FOLDER", "Folders of the bundles", several=True)
BUNDLE = Subject(("--export_dir",), "FOLDER", "Folder of the bundle")
SCENARIO = Subject(("--scenario",), "SCENARIO", "Name of the scenario")
USAGE = "usage: tfaip-test\n"


def called(words, *subjects):
    calls = []
    run_command("tfaip-test", USAGE, words, calls.append, subjects=subjects)
    (call,) = calls
    return call


LINES = {
    "first word": ((FIRST_WORD,), ["my.scenario", "--a", "1"], ("my.scenario",), ["--a", "1"]),
    "behind its flag": ((BUNDLE,), ["--a", "1", "--export_dir", "runs/1"], ("runs/1",), ["--a", "1"]),
    "dash for underscore": ((BUNDLE,), ["--export-dir", "runs/1"], ("runs/1",), []),
    "behind an equals sign": ((BUNDLE,), ["--export_dir=runs/1", "--a"], ("runs/1",), ["--a"]),
    "several": ((BUNDLES,), ["--export_dirs", "1", "2", "--a"], ("1", "2"), ["--a"]),
    "several times": ((BUNDLES,), ["--export_dir", "1", "--a", "--export_dirs", "2"], ("1", "2"), ["--a"]),
    "one of two": ((SCENARIO, BUNDLE), ["--export_dir", "1"], ("1",), []),
    "none": ((), ["--a", "1"], (), ["--a", "1"]),
}


@pytest.mark.parametrize("line", LINES)
def test_a_command_gets_its_subject_and_all_other_words(line):
    subjects, words, about, rest = LINES[line]
    call = called(words, *subjects)
    assert (call.about, call.words, call.typed) == (about, rest, False)


MISTAKES = {
    "no first word": ((FIRST_WORD,), ["--a"], "expects the first word to say what it is about, got: --a"),
    "no bundle": ((BUNDLE,), ["--a"], "expects --export_dir FOLDER, got: --a"),
    "two bundles": ((BUNDLE,), ["--export_dir", "1", "2"], "expects one --export_dir FOLDER, got: --export_dir 1 2"),
    "neither": ((SCENARIO, BUNDLE), ["--a"], "expects one --scenario SCENARIO or --export_dir FOLDER, got: --a"),
    "both": (
        (SCENARIO, BUNDLE),
        ["--scenario", "a", "--export_dir", "b", "--help"],
        "expects one --scenario SCENARIO or --export_dir FOLDER, got: --scenario a --export_dir b --help",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_line_without_one_subject_ends_with_the_usage_and_a_message(mistake, capsys):
    subjects, words, said = MISTAKES[mistake]
    with pytest.raises(SystemExit) as ended:
        called(words, *subjects)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{USAGE}\ntfaip-test: error: {said}\n"


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["-h"], 0), ([], 2)])
def test_the_usage_stands_for_help_where_nothing_says_what_the_command_is_about(words, code, capsys):
    with pytest.raises(SystemExit) as ended:
        called(words, BUNDLE)
    assert ended.value.code == code
    shown = capsys.readouterr()
    assert (shown.err if code else shown.out) == USAGE


SHOWN = {
    "one": (BUNDLE, ["runs/1"], "Folder of the bundle"),
    "several": (BUNDLES, ["1", "2"], "Folders of the bundles"),
}


@pytest.mark.parametrize("subject", SHOWN)
def test_help_declares_the_subject_with_its_value(subject, capsys):
    argument, values, text = SHOWN[subject]
    call = called([argument.flags[0], *values, "--help"], argument)
    with pytest.raises(SystemExit) as ended:
        call.command_line("Do something.").parse(call.words)
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: tfaip-test {argument.flags[0]} {' '.join(values)}")
    assert all(flag in shown for flag in argument.flags)
    assert text in shown
    assert "--log_level" in shown


@pytest.mark.parametrize("subject", SHOWN)
def test_the_parsed_line_holds_the_subject(subject):
    argument, values, _ = SHOWN[subject]
    call = called([argument.flags[0], *values], argument)
    parsed = call.command_line("Do something.").parse(call.words).arguments
    name = argument.flags[0].removeprefix("--")
    assert getattr(parsed, name) == (values if argument.several else values[0])


def test_the_packages_that_the_user_trusts_are_known_before_the_line_is_read():
    assert called(["--export_dir", "1", "--trust", "lab", "other"], BUNDLE).trust == ["lab", "other"]
