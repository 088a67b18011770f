"""Runs the commands and Python code of all documents, as `nox -s docs_commands` does: `python docs/run_commands.py`.

A clone of the repository runs them, so that only committed files count, one document after the other. The Python blocks
of a document are one program. They run first, and `python file=NAME` blocks are files beside them. Then bash runs each
`shell` block as a whole. Commands that need a download, or a file of the reader's, are marked as `text`, and code as
`python no-run`. A document that begins with `<!-- needs PACKAGE -->` is left out, and named, where it is not installed.
To be quick, and to install nothing twice, some programs are replaced by others that stand before them on the path:

    tfaip-train    trains one epoch of a few samples, and over what a document before has left
    uv, pip        `uv run X` runs X, since everything is installed; the rest does nothing
    nox            does nothing: its sessions are what runs this
    tensorboard    is stopped after a while, if it is up by then
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = "code_of_document.py"
# Others use a bundle of the second one.
FIRST = {"README.md": 0, "packages/trainer/README.md": 1}
SMALL = "--trainer.epochs 1 --trainer.samples_per_epoch 64 --val.limit 64 --trainer.overwrite true"

TRAIN = """\
#!/usr/bin/env bash
small=({small})
words=()
while [ $# -gt 0 ]; do
    case "$1" in
        --help | -h | --check | --summary | --show*) exec {real} "${{words[@]}}" "$@" ;;
        --epochs) shift ;;
        --validation_split) small=("${{small[@]/--val.limit/--train.limit}}"); words+=("$1") ;;
        *) words+=("$1") ;;
    esac
    shift
done
[ ${{#words[@]}} -gt 0 ] && words+=("${{small[@]}}")
exec {real} "${{words[@]}}"
"""
UV = """\
#!/usr/bin/env bash
[ "$1" = run ] || exit 0
shift
exec "$@"
"""
TENSORBOARD = """\
#!/usr/bin/env bash
timeout 20 {real} --port 0 "$@"
[ $? -eq 124 ]
"""
NOTHING = "#!/usr/bin/env bash\n"


def main() -> None:
    """Run all documents, or those that are named, and exit with 1 if a command failed."""
    documents = sys.argv[1:] or [
        str(path.relative_to(ROOT))
        for pattern in ("README.md", "examples/**/README.md", "packages/*/README.md", "docs/**/*.md")
        for path in sorted(ROOT.glob(pattern))
        if "_build" not in path.parts
    ]
    documents.sort(key=lambda document: FIRST.get(document, len(FIRST)))
    failed = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        clone, programs = Path(folder) / "tfaip", Path(folder) / "bin"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        write_programs(programs)
        path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        # As for a person: commands remember what they trust, but not in the folder of whoever runs this.
        configuration = {"XDG_CONFIG_HOME": str(Path(folder) / "configuration"), "CI": ""}
        environment = {**os.environ, **configuration, "PATH": path, "PYTHONPATH": str(clone), "NO_COLOR": "1"}
        run("uv run tfaip-train examples.tutorial.min --trainer.output_dir runs/min", clone, environment)
        for document in documents:
            text = (ROOT / document).read_text(encoding="utf-8")
            needed = re.match(r"<!-- needs (\w+) -->", text)
            if needed and find_spec(needed[1]) is None:
                print(f"{document}: skipped, {needed[1]} is not installed")
                continue
            for name, content in re.findall(r"^```python file=(\S+)\n(.*?)^```", text, re.M | re.S):
                (clone / name).write_text(content, encoding="utf-8")
            blocks = re.findall(r"^```shell\n(.*?)^```", text, re.M | re.S)
            # A workbook of the document before is no mistake of this one.
            for workbook in clone.glob("*.xlsx"):
                workbook.unlink()
            if code := "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)):
                # A file and not `-c`, since worker processes look for the program; of the name that readers give it.
                named = re.search(r"`(\w+\.py)`:?\n+```python\n", text)
                program = named[1] if named else PROGRAM
                (clone / program).write_text(code, encoding="utf-8")
                blocks.insert(0, f"python {program}")
            failed += [document for block in blocks if not run(block, clone, environment, document)]
    print(f"all of it took {time.monotonic() - began:.0f} s")
    if failed:
        sys.exit(f"commands failed in {', '.join(dict.fromkeys(failed))}")


def write_programs(folder: Path) -> None:
    """Write the programs that replace others."""
    folder.mkdir()
    train, board = (shlex.quote(str(Path(sys.executable).with_name(name))) for name in ("tfaip-train", "tensorboard"))
    for name, text in {
        "tfaip-train": TRAIN.format(real=train, small=SMALL),
        "tensorboard": TENSORBOARD.format(real=board),
        "uv": UV,
        "pip": NOTHING,
        "nox": NOTHING,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)


def run(block: str, cwd: Path, environment: dict[str, str], document: str = "") -> bool:
    """Run a block of commands and tell how it went."""
    began = time.monotonic()
    # The environment that a document makes for itself is the one in which all of this runs.
    commands = re.sub(r"^python -m venv .*$|^source .*$", "", block, flags=re.M)
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    ended = "ok" if done.returncode == 0 else f"exit code {done.returncode}"
    print(f"{document}: {ended} after {time.monotonic() - began:.0f} s\n    {block.strip()}", flush=True)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
