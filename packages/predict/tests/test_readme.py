"""The first example of the README runs as it stands there."""

import re
import shutil
from pathlib import Path

HERE = Path(__file__).parent
BUNDLE = HERE / "corpus" / "before_0.1" / "points"


def test_the_first_example_names_directions(tmp_path, monkeypatch, capsys):
    shutil.copytree(BUNDLE, tmp_path / "runs" / "points" / "best")
    monkeypatch.chdir(tmp_path)
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(names) == 4
    assert names[3] == names[0]
    assert set(names) <= {"north", "south-east", "south-west"}
