"""Runs the first example of a README in the current folder, as its reader would: `python first_example.py README`.

A Python block is written to the file that its first line or the sentence before it names, and run; the commands of the
console block below it must print the lines that stand there. The README of tfaip begins with a clone, so that its first
example without one counts: the shell block with `tfaip-new`. Standard library only: the wheel is installed alone.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def main() -> None:
    """Run the example; the exit code is 1 where it fails or prints something else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readme", type=Path)
    parser.add_argument("--bundle", type=Path, help="a bundle that stands at runs/points/best for the example")
    arguments = parser.parse_args()
    if arguments.bundle:
        shutil.copytree(arguments.bundle, "runs/points/best")
    text = arguments.readme.read_text(encoding="utf-8")
    blocks = [(match[1], match[2], text[: match.start()]) for match in BLOCK.finditer(text)]
    templates = [content for language, content, _ in blocks if language == "shell" and "\ntfaip-new " in content]
    if templates:
        run_template(templates[0])
    else:
        run_python(blocks)


def run_template(content: str) -> None:
    """Run the commands of a shell block from `tfaip-new` on."""
    lines = re.sub(r"\\\n\s*", "", content).splitlines()  # long commands are wrapped
    for line in lines[[line.startswith("tfaip-new ") for line in lines].index(True) :]:
        require(run(line).returncode == 0, line)


def run_python(blocks: list[tuple[str, str, str]]) -> None:
    """Run the first Python block, and the commands below it with what they print."""
    first = next(number for number, (language, _, _) in enumerate(blocks) if language == "python")
    _, source, before = blocks[first]
    named = re.match(r"# (\w+\.py)\n", source) or re.search(r"`(\w+\.py)`:?\s*$", before)
    file = named[1] if named else "example.py"
    Path(file).write_text(source, encoding="utf-8")
    following = blocks[first + 1 : first + 2]
    if not following or following[0][0] != "console":
        done = run(f"python {file}")
        require(done.returncode == 0, f"python {file}")
        require(bool(done.stdout.strip()), f"python {file} printed nothing")
        return
    for step in re.split(r"^\$ ", following[0][1], flags=re.MULTILINE)[1:]:
        line, _, shown = step.partition("\n")
        done = run(line)
        require(done.returncode in (0, 2), line)
        printed = (done.stdout + done.stderr).strip()
        require(not shown.strip() or printed == shown.strip(), f"{line}\nprinted\n{printed}\nnot\n{shown}")


def run(line: str) -> subprocess.CompletedProcess[str]:
    """Run a command line with the programs of this interpreter's environment, and show it."""
    print(f"$ {line}", flush=True)
    words = shlex.split(line, comments=True)
    program = Path(sys.executable).with_name(words[0])
    # As for a person: commands remember what they trust, but not in the folder of the one who runs this.
    environment = {**os.environ, "CI": "", "XDG_CONFIG_HOME": str(Path("configuration").absolute())}
    done = subprocess.run([str(program), *words[1:]], capture_output=True, text=True, check=False, env=environment)
    print((done.stdout[-2000:] + done.stderr[-2000:]).rstrip(), flush=True)
    return done


def require(holds: bool, what: str) -> None:
    """End with a message where something does not hold."""
    if not holds:
        sys.exit(f"The first example of the README failed: {what}")


if __name__ == "__main__":
    main()
