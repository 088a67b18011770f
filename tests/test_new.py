"""tfaip-new: what it writes trains and passes its own tests, and it overwrites nothing."""

import subprocess
import sys

import pytest

from commands import run, run_with_tensorflow
from tfaip.cli.new import SINGLE, TEMPLATES, NewScenarioError, main, write_scenario

PACKAGES = [template for template in TEMPLATES if template != SINGLE]


@pytest.mark.parametrize("template", PACKAGES)
def test_no_name_of_the_template_is_left(template, tmp_path):
    folder = write_scenario("my_digits", template, tmp_path)
    assert (folder / "test_my_digits.py").is_file()
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "template" not in text.lower(), file
        assert "PATH_OF" not in text, file
    assert "class MyDigitsScenario(" in (folder / "scenario.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("name", ["my_shapes", "ocr", "a", "my_template", "zoo"])
def test_the_texts_of_a_new_scenario_are_sorted_and_in_its_name(template, name, tmp_path):
    folder = write_scenario(name, template, tmp_path)
    words = [
        "check",
        "--isolated",
        "--select",
        "I,RUF022,F,E9",
        "--config",
        "src = ['.']",
        "--config",
        "line-length = 120",
        "--quiet",
        str(folder),
    ]
    line = [sys.executable, "-m", "ruff", *words]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if template == SINGLE:
        return
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# The scenario `{name}`\n")
    assert f"| `test_{name}.py` | tests; change " in readme
    assert f"pytest {name}" in readme
    assert f"my_{name}" not in "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())


@pytest.mark.parametrize(("name", "template"), [("data", "general"), ("list_file", "listfile")])
def test_a_name_whose_classes_would_clash_with_those_of_tfaip_is_refused(name, template, tmp_path):
    with pytest.raises(NewScenarioError, match="would have the name of one of tfaip; choose another name"):
        write_scenario(name, template, tmp_path)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("template", PACKAGES)
@pytest.mark.takes_long
def test_a_new_scenario_passes_its_own_tests(template, tmp_path):
    write_scenario("my_digits", template, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "my_digits"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_scenario_in_one_file_is_one_file_and_says_its_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["my_rings", "--template", "single"])
    assert [path.name for path in tmp_path.iterdir()] == ["my_rings.py"]
    text = (tmp_path / "my_rings.py").read_text()
    assert len(text.splitlines()) < 70
    assert "template" not in text.lower()
    assert "class MyRings(tm.ScenarioOf[MyRingsData, MyRingsModel, MyRingsPoints]):" in text
    shown = capsys.readouterr().out.splitlines()
    assert shown[2] == "  tfaip-train my_rings.py --check  # is everything right?"
    assert shown[-1] == "  tfaip-predict --export_dir runs/my_rings/best  # use it"
    for template in TEMPLATES:
        with pytest.raises(NewScenarioError, match=r"my_rings.py is there already, and nothing of it was changed"):
            write_scenario("my_rings", template, tmp_path)


@pytest.mark.takes_long
def test_a_new_scenario_trains(tmp_path):
    done = run("tfaip-new", "my_digits", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tfaip-train my_digits --check" in done.stdout
    done = run_with_tensorflow("tfaip-train", "my_digits", "--trainer.random_seed", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    results = [line for line in done.stderr.splitlines() if "Results of epoch" in line]
    assert float(results[-1].split("val_acc: ")[1].split()[0]) > 0.9


@pytest.mark.takes_long
def test_images_of_ones_own_are_learnt_and_predicted(tmp_path):
    write_scenario("my_shapes", "images", tmp_path)
    subprocess.run([sys.executable, "-m", "my_shapes.write_samples", "data"], cwd=tmp_path, check=True)
    words = ["--train.images", "data/train", "--val.images", "data/val", "--trainer.random_seed", "1"]
    done = run_with_tensorflow("tfaip-train", "my_shapes", *words, "--trainer.output_dir", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run_with_tensorflow("tfaip-predict", "--export_dir", "run/best", "--data.images", "data/new", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    right = [line for line in done.stdout.splitlines() if line.split("/")[-1].split("_")[0] == line.split()[-1]]
    assert len(right) >= 7, done.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My-Digits", "small letters, digits and underscores, a letter first; got 'My-Digits'"),
        ("class", "the name of a scenario must be one of a Python package"),
        ("json", "it would hide the installed package json"),
    ],
)
def test_an_impossible_name_is_refused(name, message, tmp_path):
    with pytest.raises(NewScenarioError, match=message):
        write_scenario(name, "general", tmp_path)


def test_an_existing_folder_is_left_as_it_is(tmp_path):
    (tmp_path / "my_digits").mkdir()
    (tmp_path / "my_digits" / "precious.py").write_text("precious")
    with pytest.raises(NewScenarioError, match="is there already, and nothing of it was changed"):
        write_scenario("my_digits", "general", tmp_path)
    assert [file.name for file in (tmp_path / "my_digits").iterdir()] == ["precious.py"]
