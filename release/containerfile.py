"""Runs the steps of the Containerfile of a how-to in a fresh folder, where no container can be built.

    python release/containerfile.py docs/howtos/prediction_service.md BUNDLE WHEELS MEGABYTES

The folder stands for the root of the container, with a virtual environment of this Python. BUNDLE stands for the bundle
that the how-to has trained. pip finds the packages of tfaip in the folder WHEELS. The command of the container starts
at a free port, and must answer the request of the how-to. The environment may have so many MEGABYTES.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import Request, urlopen

from environment_size import sizes_of

__all__ = ["Image", "Instruction", "files_of", "instructions_of", "prepared"]

SECONDS = 60
REQUEST = re.compile(r'client\.post\("(/\w+)", json=(\{.*\})\)\.json\(\)')


class Instruction(NamedTuple):
    """One line of a Containerfile."""

    name: str
    words: list[str]


class Image(NamedTuple):
    """The folder, and the process that would start in the container."""

    folder: Path
    environment: dict[str, str]
    command: list[str]


def main() -> None:
    """Run all steps; the exit code is 1 where one fails."""
    document, bundle, wheels, megabytes = sys.argv[1:]
    text = Path(document).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        context, root = Path(folder) / "context", Path(folder) / "root"
        for name, content in files_of(text).items():
            context.mkdir(exist_ok=True)
            (context / name).write_text(content, encoding="utf-8")
        shutil.copytree(bundle, context / "runs/service/best")
        environment = root / "environment"
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
        image = prepared(
            instructions_of(text), context, root, {"PATH": path, "PIP_FIND_LINKS": str(Path(wheels).resolve())}
        )
        size = sum(sizes_of(environment).values()) / 1e6
        print(f"the environment has {size:.0f} MB")
        if size > float(megabytes):
            sys.exit(f"it must have at most {megabytes} MB")
        _answer(image, text)


def files_of(text: str) -> dict[str, str]:
    """Return the files that the code blocks of a document hold, by their names."""
    return dict(re.findall(r"```python file=(\S+)\n(.*?)```", text, flags=re.DOTALL))


def instructions_of(text: str) -> Iterator[Instruction]:
    """Yield the instructions of the one Containerfile in a document."""
    (block,) = re.findall(r"```dockerfile\n(.*?)```", text, flags=re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines():
        name, _, rest = line.partition(" ")
        yield Instruction(name, json.loads(rest) if rest.startswith("[") else shlex.split(rest))


def prepared(
    instructions: Iterator[Instruction], context: Path, root: Path, environment: Mapping[str, str], *, runs: bool = True
) -> Image:
    """Do what the instructions say below a folder that stands for the root.

    Args:
        instructions: Of a Containerfile.
        context: Folder from which files are copied.
        root: Folder that stands for the root of the container; where it is a value of `ENV`, it is put before.
        environment: Variables of each process.
        runs: Whether the commands of RUN are run.
    """
    folder, variables, command = root, dict(environment), list[str]()
    root.mkdir(exist_ok=True)
    for name, words in instructions:
        match name:
            case "FROM" | "USER" | "EXPOSE":
                pass
            case "RUN":
                if runs:
                    subprocess.run(words, cwd=folder, env={**os.environ, **variables}, check=True)
            case "COPY":
                _copy(context / words[0], root / words[1].lstrip("/"), into=words[1].endswith("/"))
            case "WORKDIR":
                folder = root / words[0].lstrip("/")
                folder.mkdir(parents=True, exist_ok=True)
            case "ENV":
                for word in words:
                    key, _, value = word.partition("=")
                    variables[key] = str(root / value.lstrip("/")) if value.startswith("/") else value
            case "CMD":
                command = words
            case _:
                sys.exit(f"expects an instruction that it knows, got {name}")
    return Image(folder, variables, command)


def _copy(source: Path, target: Path, *, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target = target / source.name if into else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _answer(image: Image, text: str) -> None:
    found = REQUEST.search(text)
    assert found is not None, "the how-to has no request"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    words = ["127.0.0.1" if word == "0.0.0.0" else word for word in image.command]
    process = subprocess.Popen([*words, "--port", str(port)], cwd=image.folder, env={**os.environ, **image.environment})
    try:
        request = Request(f"http://127.0.0.1:{port}{found[1]}", found[2].encode(), {"Content-Type": "application/json"})
        while True:
            try:
                with urlopen(request) as answer:
                    print(f"after {time.monotonic() - began:.1f} s it answers {answer.read().decode()}")
                return
            except URLError as error:
                if process.poll() is not None or time.monotonic() - began > SECONDS:
                    sys.exit(f"the service doesn't answer: {error}")
                time.sleep(0.1)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
