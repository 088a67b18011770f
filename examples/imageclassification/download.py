"""Downloads a data set, where that is asked for."""

import logging
import shutil
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from tfaip.pipeline import DataError

logger = logging.getLogger(__name__)

# The folder in the archive holds one folder for each class.
ADDRESSES = {
    "flowers": (
        "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
        "flower_photos",
    )
}


def download(name: str, folder: str) -> None:
    """Download a data set to a folder, whole or not at all; one that is there already stays.

    Raises:
        DataError: No folder is named, or the data set can't be had.
    """
    if not folder:
        raise DataError(f"download {name} needs a folder to write to: --train.image_dir FOLDER")
    target = Path(folder)
    if target.exists():
        return
    address, inner = ADDRESSES[name]
    logger.info("Downloading %s to %s", address, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as beside:
        archive = Path(beside) / "archive.tgz"
        try:
            with urllib.request.urlopen(address) as source, archive.open("wb") as file:
                shutil.copyfileobj(source, file)
            with tarfile.open(archive) as packed:
                packed.extractall(beside, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise DataError(f"{address} cannot be downloaded: {error}") from error
        (Path(beside) / inner).rename(target)
