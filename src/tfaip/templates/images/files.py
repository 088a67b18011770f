"""Images and their classes, by folders or by a table."""

from pathlib import Path

from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import read_table
from tfaip.templates.images.params import TemplateGeneratorParams

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def labelled_files(params: TemplateGeneratorParams) -> list[tuple[Path, str | None]]:
    """Return the path of each image and the name of its class, which is None where nothing tells it.

    Raises:
        DataError: There is no such folder or table, or no image in it.
    """
    if not params.images:
        raise DataError(
            "say where images are, by --train.images and --val.images of a training, or --data.images of a bundle: "
            "a folder with a folder for each class, or a table"
        )
    place = Path(params.images)
    if place.is_file():
        files = _files_of_table(place, params)
    elif place.is_dir():
        files = _files_of_folder(place)
    else:
        raise DataError(f"images must be a folder or a CSV table, but {place.absolute()} is not there")
    if not files:
        raise DataError(f"{place} must name or hold images ({', '.join(sorted(SUFFIXES))}), and there are none")
    return files


def _files_of_folder(folder: Path) -> list[tuple[Path, str | None]]:
    """Return the images in the folders of the classes, which take turns; else those in the folder itself."""
    files: list[tuple[int, str, Path]] = []
    for inner in folder.iterdir():
        if inner.is_dir():
            files += [(number, inner.name, path) for number, path in enumerate(_images_in(inner))]
    if files:
        return [(path, name) for _, name, path in sorted(files)]
    return [(path, None) for path in _images_in(folder)]


def _images_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def _files_of_table(table: Path, params: TemplateGeneratorParams) -> list[tuple[Path, str | None]]:
    files = []
    for line, row in read_table(table, [params.file_column]).rows:
        if not row[params.file_column]:
            raise DataError(f"{table}:{line}: the column {params.file_column!r} must not be empty")
        files.append((table.parent / row[params.file_column], row.get(params.label_column)))
    return files
