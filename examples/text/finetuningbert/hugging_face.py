"""The weights of a BERT of Hugging Face by the names that KerasHub has for them."""

import re
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from tfaip.trainer import WarmStartError

EMBEDDINGS = {
    "embeddings.word_embeddings": "token_embedding",
    "embeddings.position_embeddings": "position_embedding",
    "embeddings.token_type_embeddings": "segment_embedding",
}
NORMS = {
    "embeddings.LayerNorm": "embeddings_layer_norm",
    "attention.output.LayerNorm": "self_attention_layer_norm",
    "output.LayerNorm": "feedforward_layer_norm",
}
DENSE = {
    "attention.self.query": "self_attention_layer/query",
    "attention.self.key": "self_attention_layer/key",
    "attention.self.value": "self_attention_layer/value",
    "attention.output.dense": "self_attention_layer/attention_output",
    "intermediate.dense": "feedforward_intermediate_dense",
    "output.dense": "feedforward_output_dense",
    "pooler.dense": "pooled_dense",
}
# Files that were converted from TensorFlow call the two weights of a normalisation by the names of the latter.
NORM_WEIGHTS = {"weight": "gamma", "gamma": "gamma", "bias": "beta", "beta": "beta"}


def read_hugging_face(folder: Path) -> dict[str, np.ndarray]:
    """Return the weights in `folder` by the names of KerasHub's variables; weights beyond BERT's own are left out.

    Kernels are transposed; those of the attention still have all heads in one axis.

    Raises:
        WarmStartError: There is no `model.safetensors`, or it can't be read.
    """
    path = folder / "model.safetensors"
    try:
        stored = load_file(path)
    except (OSError, SafetensorError, TypeError) as error:  # a TypeError for a type that NumPy doesn't know
        raise WarmStartError(f"the weights in {path} cannot be read: {error}") from error
    named = ((keras_name(name), array) for name, array in stored.items())
    return {name: array.T if name.endswith("/kernel") else array for name, array in named if name}


def keras_name(name: str) -> str | None:
    """Return what KerasHub calls a weight of Hugging Face; `None` if it is none of BERT's own."""
    part, _, weight = name.removeprefix("bert.").rpartition(".")
    layer = re.match(r"encoder\.layer\.(\d+)\.", part)
    scope = f"transformer_layer_{layer[1]}/" if layer else ""
    part = part[layer.end() :] if layer else part
    if part in EMBEDDINGS:
        return f"{EMBEDDINGS[part]}/embeddings"
    if part in NORMS and weight in NORM_WEIGHTS:
        return f"{scope}{NORMS[part]}/{NORM_WEIGHTS[weight]}"
    if part in DENSE and weight in ("weight", "bias"):
        return f"{scope}{DENSE[part]}/{'kernel' if weight == 'weight' else 'bias'}"
    return None
