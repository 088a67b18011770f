"""The images of a folder, single files, or patches of textures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from examples.imageclassification.generator_params import ImagesParams
from examples.imageclassification.textures import TEXTURES, texture_patch, texture_patches
from tfaip.pipeline import DataError, DataGenerator, PipelineMode, Sample
from tfaip.pipeline.text_files import expand_globs

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


class ImagesGenerator(DataGenerator[ImagesParams]):
    """Yields paths, which are decoded in the workers, and the names of their classes."""

    def __init__(self, mode: PipelineMode, params: ImagesParams) -> None:
        super().__init__(mode, params)
        self.items: Sequence[tuple[Any, str | None]]  # a path, or the number of a patch; the class
        if params.image_files:
            if mode.needs_targets:
                raise DataError("image_files have no classes: predict them, or give a folder of folders as image_dir")
            self.items = [(path, None) for path in expand_globs(params.image_files)]
        elif params.image_dir:
            self.items = images_of(params)
        else:
            self.items = list(texture_patches(params.part))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Sample:
        item, name = self.items[index]
        if isinstance(item, Path):
            return Sample(inputs={"img": item}, targets={"class": name}, meta={"path": str(item)})
        patch = texture_patch(name, self.params.part, item)
        return Sample(inputs={"img": patch}, targets={"class": name}, meta={"path": f"{name} {item}"})


def class_names(params: ImagesParams) -> list[str]:
    """Return the classes that the images are sorted into.

    Raises:
        DataError: There is no such folder, or none in it that holds images.
    """
    return sorted(images_by_class(Path(params.image_dir))) if params.image_dir else list(TEXTURES)


def images_of(params: ImagesParams) -> list[tuple[Path, str]]:
    """Return path and class of each image of the part that is asked for; the classes take turns."""
    chosen = []
    for name, paths in sorted(images_by_class(Path(params.image_dir)).items()):
        # The same part on each machine and in each run, and not one that the order of the names has to do with.
        order = np.random.default_rng(0).permutation(len(paths))
        validation = max(1, round(params.held_out * len(paths)))
        part = {"all": order, "validation": order[:validation], "training": order[validation:]}[params.part]
        chosen += [(number, name, paths[place]) for number, place in enumerate(part)]
    return [(path, name) for _, name, path in sorted(chosen)]


def images_by_class(folder: Path) -> dict[str, list[Path]]:
    """Return the image files in each folder of `folder`, sorted by their paths.

    Raises:
        DataError: There is no such folder, or none in it that holds images.
    """
    if not folder.is_dir():
        raise DataError(f"image_dir must be a folder with a folder of images for each class, and there is no {folder}")
    classes = {
        inner.name: paths
        for inner in folder.iterdir()
        if inner.is_dir() and (paths := sorted(p for p in inner.rglob("*") if p.suffix.lower() in SUFFIXES))
    }
    if not classes:
        raise DataError(
            f"image_dir must hold a folder of images for each class, and {folder} has none; "
            f"images end in {', '.join(sorted(SUFFIXES))}"
        )
    return classes
