"""The folder of a pre-trained BERT; read without TensorFlow."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfaip.pipeline import DataError

# The sizes by the names of `PairModelParams`, and by those of `config.json` of Hugging Face and of KerasHub.
HUGGING_FACE = {
    "vocabulary_size": "vocab_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "hidden": "hidden_size",
    "intermediate": "intermediate_size",
    "dropout": "hidden_dropout_prob",
    "positions": "max_position_embeddings",
    "segments": "type_vocab_size",
}
KERAS_HUB = {
    "vocabulary_size": "vocabulary_size",
    "layers": "num_layers",
    "heads": "num_heads",
    "hidden": "hidden_dim",
    "intermediate": "intermediate_dim",
    "dropout": "dropout",
    "positions": "max_sequence_length",
    "segments": "num_segments",
}


@dataclass(frozen=True)
class Pretrained:
    """A pre-trained BERT.

    Attributes:
        sizes: By the names of `PairModelParams`.
        vocabulary: A `tokenizer.json` of Hugging Face, or a file with a piece a line.
        lowercase: Whether the pieces of the latter are in lower case.
    """

    sizes: dict[str, Any]
    vocabulary: Path
    lowercase: bool


def preset_folder(preset: str) -> Path:
    """Return the folder of a preset; one of KerasHub is downloaded, unless it was before.

    Raises:
        DataError: There is no such preset, or it can't be downloaded.
    """
    if Path(preset).is_dir():
        return Path(preset)
    # Only for its list of presets: where a folder is given, TensorFlow stays out of here.
    from keras_hub.models import BertBackbone

    if preset not in BertBackbone.presets:
        raise DataError(
            "model.preset must be a folder, or one of KerasHub's presets "
            f"({', '.join(sorted(BertBackbone.presets))}), got {preset!r}"
        )
    import kagglehub

    try:
        return Path(kagglehub.model_download(BertBackbone.presets[preset]["kaggle_handle"].removeprefix("kaggle://")))
    except (OSError, ValueError) as error:
        raise DataError(
            f"the preset {preset} cannot be downloaded from Kaggle: {error}; "
            "where there is no connection, give a folder as model.preset"
        ) from error


def is_of_keras_hub(folder: Path) -> bool:
    """Whether a folder has KerasHub's layout, and not that of Hugging Face.

    Raises:
        DataError: It has neither.
    """
    return "registered_name" in _json_of(folder / "config.json")


def read_pretrained(folder: Path) -> Pretrained:
    """Return what a folder of either layout says.

    Raises:
        DataError: It is no folder of a BERT.
    """
    config = _json_of(folder / "config.json")
    if is_of_keras_hub(folder):
        kind, names, sizes = config.get("class_name"), KERAS_HUB, config.get("config", {})
    else:
        kind, names, sizes = config.get("model_type"), HUGGING_FACE, config
    if kind not in ("bert", "BertBackbone"):
        raise DataError(f"model.preset must be a BERT, but {folder / 'config.json'} describes a {kind}")
    if missing := [name for name in names.values() if name not in sizes]:
        raise DataError(
            f"{folder / 'config.json'} must say {', '.join(names.values())}, but lacks {', '.join(missing)}"
        )
    vocabulary, lowercase = _vocabulary(folder)
    return Pretrained({ours: sizes[theirs] for ours, theirs in names.items()}, vocabulary, lowercase)


def _vocabulary(folder: Path) -> tuple[Path, bool]:
    if is_of_keras_hub(folder):
        told = _json_of(folder / "tokenizer.json").get("config", {})
        return _existing(folder / "assets/tokenizer/vocabulary.txt"), bool(told.get("lowercase", False))
    # Of the two files of Hugging Face, this one also says how words are told apart.
    if (folder / "tokenizer.json").is_file():
        return folder / "tokenizer.json", True
    told = _json_of(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").is_file() else {}
    return _existing(folder / "vocab.txt"), bool(told.get("do_lower_case", True))


def _existing(vocabulary: Path) -> Path:
    if not vocabulary.is_file():
        raise DataError(f"model.preset must be a folder with a vocabulary, but there is no {vocabulary}")
    return vocabulary


def _json_of(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"model.preset must be a folder of a pre-trained BERT, but {path} cannot be read: {error}"
        ) from error
    if not isinstance(read, dict):
        raise DataError(f"{path} must hold a JSON object, got {type(read).__name__}")
    return read
