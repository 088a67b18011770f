"""Writes tables of pairs, and a tiny BERT: `python -m examples.text.finetuningbert.write_samples FOLDER`."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from examples.text.finetuningbert.params import DEFAULT_VOCABULARY
from examples.text.finetuningbert.sentences import generated_pair
from examples.text.finetuningbert.tokenizing import read_pieces
from tfaip.pipeline.text_files import write_lines

LAYERS, HIDDEN, INTERMEDIATE, POSITIONS = 2, 32, 64, 128


def write_samples(folder: Path, count: int = 200) -> list[Path]:
    """Write `train.txt`, `test.txt` and, without the answers, `new.txt`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "train.txt", folder / "test.txt", folder / "new.txt"]
    for path, part, pairs in zip(paths, ("training", "validation", "validation"), (count, count // 4, 5), strict=True):
        rows = ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
        for number in range(pairs):
            first, second, equivalent = generated_pair(part, number)
            rows.append(f"{int(equivalent)}\t{2 * number}\t{2 * number + 1}\t{first}\t{second}")
        if path.name == "new.txt":
            rows = [row.partition("\t")[2] for row in rows]
        write_lines(path, rows)
    return paths


def write_tiny_bert(folder: Path) -> None:
    """Write a BERT with random weights, in the layout of Hugging Face, to show how such a folder is used."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEFAULT_VOCABULARY, folder / "vocab.txt")
    pieces = len(read_pieces(Path(DEFAULT_VOCABULARY)))
    config = {
        "model_type": "bert",
        "vocab_size": pieces,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 2,
        "hidden_size": HIDDEN,
        "intermediate_size": INTERMEDIATE,
        "hidden_dropout_prob": 0.1,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    save_file(_random_weights(pieces), folder / "model.safetensors")


def _random_weights(pieces: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    weights = {}

    def add(name: str, *shape: int) -> None:
        weights[f"{name}.weight"] = rng.normal(0, 0.02, shape).astype(np.float32)

    def add_dense(name: str, inputs: int, outputs: int) -> None:
        add(name, outputs, inputs)
        weights[f"{name}.bias"] = np.zeros(outputs, np.float32)

    def add_norm(name: str) -> None:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(HIDDEN, np.float32), np.zeros(HIDDEN, np.float32)

    for name, rows in (("word", pieces), ("position", POSITIONS), ("token_type", 2)):
        add(f"embeddings.{name}_embeddings", rows, HIDDEN)
    add_norm("embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            add_dense(f"{layer}.attention.{name}", HIDDEN, HIDDEN)
        add_norm(f"{layer}.attention.output.LayerNorm")
        add_dense(f"{layer}.intermediate.dense", HIDDEN, INTERMEDIATE)
        add_dense(f"{layer}.output.dense", INTERMEDIATE, HIDDEN)
        add_norm(f"{layer}.output.LayerNorm")
    add_dense("pooler.dense", HIDDEN, HIDDEN)
    return weights


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m examples.text.finetuningbert.write_samples FOLDER")
    folder = Path(sys.argv[1])
    paths = write_samples(folder)
    write_tiny_bert(folder / "tiny_bert")
    print(f"{', '.join(map(str, paths))} hold pairs, {folder / 'tiny_bert'} a BERT that knows nothing yet")


if __name__ == "__main__":
    main()
