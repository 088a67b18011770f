"""Makes the pictures of docs/gallery.md: `python docs/make_gallery.py [--runs FOLDER]`.

    images/gallery_textures.svg   patches of photographs, and the predicted texture of each
    images/gallery_lines.svg      rendered lines of text, and the text that was read
    images/gallery_dates.svg      dates in words, and the predicted dates
    images/gallery_entities.svg   sentences, and the entities that were found

Each example is trained by the first command of its README, with fewer epochs for the lines. It predicts samples that
its training doesn't see. All samples are generated, or come with scikit-image without restrictions. `--runs` keeps the
runs; the next call uses them again.
"""

from __future__ import annotations

import argparse
import base64
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
IMAGES = ROOT / "docs/images"

# Greys and greens that are read on white and on black.
TEXT, RIGHT, WRONG = "#7d8590", "#2da44e", "#e5534b"
FONT = "font-family='Menlo, Consolas, monospace'"


def main() -> None:
    """Train the examples whose runs are missing, and write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, help="folder of the runs; default: a temporary one")
    parser.add_argument("--only", nargs="+", choices=list(PICTURES), default=list(PICTURES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for name in arguments.only:
            command, draw = PICTURES[name]
            run = (arguments.runs or Path(temporary)).absolute() / name
            if not (run / "best").is_dir():
                train = Path(sys.executable).with_name("tfaip-train")
                subprocess.run([str(train), *command.split(), "--trainer.output_dir", str(run)], cwd=ROOT, check=True)
            (IMAGES / f"gallery_{name}.svg").write_text(draw(run / "best"), encoding="utf-8")


def predicted(bundle: Path, scenario: Any, indices: Iterable[int]) -> list[tuple[Any, Any]]:
    """Return samples of the validation as the generator makes them, each with its prediction."""
    from tfaip.pipeline import PipelineMode
    from tfaip.predict import PredictorParams

    samples = scenario.default_trainer_params().gen.val_gen().create(PipelineMode.EVALUATION)
    chosen = [samples[index] for index in indices]
    predictor = scenario.create_predictor(bundle, PredictorParams())
    return list(zip(chosen, predictor.predict_raw(sample.copy() for sample in chosen), strict=True))


def textures(bundle: Path) -> str:
    """Draw eight patches in a row, each with the predicted class and its probability."""
    from examples.imageclassification.scenario import ImageScenario
    from examples.imageclassification.textures import TEXTURES

    size, parts = 96, []
    for place, (sample, prediction) in enumerate(predicted(bundle, ImageScenario, range(8))):
        x, chosen = place * (size + 8), int(prediction.outputs["class"])
        name = TEXTURES[chosen]
        colour = RIGHT if name == sample.targets["class"] else WRONG
        parts.append(picture(sample.inputs["img"], x, 0, size, size))
        parts.append(words(f"{name} {prediction.outputs['pred'][chosen]:.0%}", x, size + 16, colour))
    return svg(8 * (size + 8), size + 24, parts, "Patches of photographs, and the predicted textures")


def lines(bundle: Path) -> str:
    """Draw six lines below each other, each above the text that was read."""
    from examples.atr.scenario import ATRScenario

    height, parts = 40, []
    for place, (sample, prediction) in enumerate(predicted(bundle, ATRScenario, range(6))):
        y, line = place * (height + 28), np.asarray(sample.inputs["line"])
        colour = RIGHT if prediction.outputs["sequence"] == sample.targets["text"] else WRONG
        parts.append(picture(line, 0, y, height * line.shape[1] / line.shape[0], height))
        parts.append(words(prediction.outputs["sequence"], 0, y + height + 14, colour))
    return svg(400, 6 * (height + 28), parts, "Rendered lines of text, and the text that was read")


def dates(bundle: Path) -> str:
    """Write eight dates in words, each beside the predicted date."""
    from examples.seq2seq.scenario import Seq2SeqScenario

    parts = []
    for place, (sample, prediction) in enumerate(predicted(bundle, Seq2SeqScenario, range(8))):
        y, text = 16 + place * 20, prediction.outputs["text"]
        parts.append(words(sample.inputs["source"], 0, y, TEXT))
        parts.append(words(text, 340, y, RIGHT if text == sample.targets["text"] else WRONG))
    return svg(440, 8 * 20, parts, "Dates in words, and the predicted dates")


def entities(bundle: Path) -> str:
    """Write eight sentences with the entities that were found, each with its type."""
    from examples.ner.entities import entities_of
    from examples.ner.scenario import NERScenario

    parts = []
    for place, (sample, prediction) in enumerate(predicted(bundle, NERScenario, range(8))):
        tokens, true = [escape(token) for token in sample.meta["tokens"]], entities_of(sample.targets["tags"])
        for entity in prediction.outputs["entities"]:
            colour = RIGHT if entity in true else WRONG
            tokens[entity.begin] = f"<tspan fill='{colour}'>{tokens[entity.begin]}"
            tokens[entity.end - 1] += f" ({entity.kind})</tspan>"
        parts.append(f"<text y='{16 + place * 20}' fill='{TEXT}' font-size='12' {FONT}>{' '.join(tokens)}</text>")
    return svg(760, 8 * 20, parts, "Sentences, and the entities that were found")


def picture(array: Any, x: float, y: float, width: float, height: float) -> str:
    """Return an image of shape (height, width) or (height, width, 1 or 3), uint8 or float from 0 to 1."""
    array = np.asarray(array)
    array = array if array.dtype == np.uint8 else (255 * array).astype(np.uint8)
    file = io.BytesIO()
    image = Image.fromarray(array.squeeze())
    # Twice the size that is shown is sharp on all screens, and small.
    image.thumbnail((int(2 * width), int(2 * height)))
    image.convert("RGB").save(file, "JPEG", quality=70)
    data = base64.b64encode(file.getvalue()).decode()
    where = f"x='{x:g}' y='{y:g}' width='{width:g}' height='{height:g}'"
    return f"<image {where} href='data:image/jpeg;base64,{data}'/>"


def words(text: str, x: float, y: float, colour: str) -> str:
    """Return a line of text."""
    return f"<text x='{x:g}' y='{y:g}' fill='{colour}' font-size='12' {FONT}>{escape(text)}</text>"


def svg(width: float, height: float, parts: list[str], title: str) -> str:
    """Return a picture without a background, so that it fits light and dark pages."""
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' role='img'>"
    return "\n".join([head, f"<title>{escape(title)}</title>", *parts, "</svg>", ""])


PICTURES: dict[str, tuple[str, Callable[[Path], str]]] = {
    "textures": ("examples.imageclassification", textures),
    "dates": ("examples.seq2seq", dates),
    "entities": ("examples.ner", entities),
    "lines": ("examples.atr --trainer.epochs 5", lines),
}


if __name__ == "__main__":
    main()
