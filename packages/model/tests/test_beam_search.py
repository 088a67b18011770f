"""Decoding by beams, against a search through all sequences of tiny models."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tfaip.model.layers import AttentionParams, BeamSearchParams

PADDING, START, END = 0, 1, 2
TOKENS = 5


def search_of(tokens=(START, END, PADDING), **params):
    start, end, padding = tokens
    return BeamSearchParams(**params).create(start=start, end=end, padding=padding)


def markov(tables):
    """A step whose state counts, and whose logits come from the last token, the sample and the position."""
    tables = tf.constant(tables)  # (batch, max_length, last token, next token)

    def step(tokens, state, constants, position):
        positions = tf.fill([tf.shape(tokens)[0]], position)
        tf.debugging.assert_equal(state["steps"], positions)
        logits = tf.gather_nd(tables, tf.stack([constants["sample"], positions, tokens], axis=1))
        return logits, {"steps": state["steps"] + 1, "last": tokens}

    return step


def decode(search, tables):
    batch = len(tables)
    state = {"steps": ops.zeros((batch,), "int32"), "last": ops.zeros((batch,), "int32")}
    constants = {"sample": ops.arange(batch, dtype="int32")}
    found = tf.function(lambda: search(state, step=markov(tables), constants=constants), autograph=False)()
    return {name: np.array(value) for name, value in found.items()}


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def all_sequences(table, penalty=0.0, tokens=(START, END, PADDING)):
    """Each sequence (without the end) by its score, the best first; the end token is a part of the length."""
    start, end, padding = tokens
    length, _, vocabulary = table.shape
    names = [name for name in range(vocabulary) if name == end or name not in (start, padding)]
    full = np.full(table.shape, -np.inf)
    full[..., names] = log_softmax(table[..., names].astype(np.float64))
    found = []
    for count in range(length + 1):
        for words in itertools.product([name for name in names if name != end], repeat=count):
            chain = (start, *words, *([end] if count < length else []))
            score = sum(full[n, a, b] for n, (a, b) in enumerate(itertools.pairwise(chain)))
            found.append((score / (len(chain) - 1) ** penalty, words))
    return sorted(found, reverse=True)


def words_of(found, sample, rank):
    return tuple(found["sequences"][sample, rank, : found["lengths"][sample, rank]].tolist())


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_beam_that_keeps_everything_finds_what_a_search_through_all_sequences_finds(penalty, seed):
    tables = np.random.default_rng(seed).normal(size=(3, 4, TOKENS, TOKENS)).astype(np.float32) * 2
    found = decode(search_of(width=40, length_penalty=penalty, max_length=4), tables)
    for sample, table in enumerate(tables):
        expected = all_sequences(table, penalty)
        for rank, (score, words) in enumerate(expected):
            assert found["scores"][sample, rank] == pytest.approx(score, abs=1e-4)
            assert words_of(found, sample, rank) == words
        assert len(expected) == np.isfinite(found["scores"][sample]).sum() == 31


@pytest.mark.parametrize("tokens", [(1, 1, 0), (0, 0, 0), (4, 0, 0), (0, 4, 4)])
def test_start_end_and_padding_may_be_one_token(tokens):
    tables = np.random.default_rng(7).normal(size=(2, 3, TOKENS, TOKENS)).astype(np.float32)
    found = decode(search_of(tokens, width=130, max_length=3), tables)
    for sample, table in enumerate(tables):
        expected = all_sequences(table, tokens=tokens)
        assert [words_of(found, sample, rank) for rank in range(len(expected))] == [words for _, words in expected]
        assert (found["sequences"][sample][len(expected) :] == tokens[2]).all()


def greedy(table):
    words, last = [], START
    for logits in table:
        last = max((name for name in range(TOKENS) if name not in (START, PADDING)), key=lambda n: logits[last, n])
        if last == END:
            break
        words.append(last)
    return tuple(words)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_width_of_one_takes_the_best_token_at_each_step(penalty):
    tables = np.random.default_rng(3).normal(size=(50, 6, TOKENS, TOKENS)).astype(np.float32)
    found = decode(search_of(width=1, max_length=6, length_penalty=penalty), tables)
    assert {len(greedy(table)) for table in tables} == {0, 1, 2, 3, 4, 5, 6}
    for sample, table in enumerate(tables):
        assert words_of(found, sample, 0) == greedy(table)
        assert (found["sequences"][sample, 0, found["lengths"][sample, 0] :] == PADDING).all()


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_sample_is_decoded_alike_in_every_batch(width):
    tables = np.random.default_rng(4).normal(size=(12, 6, TOKENS, TOKENS)).astype(np.float32)
    search = search_of(width=width, max_length=6, length_penalty=0.7)
    together = decode(search, tables)
    for sample in range(2):
        alone = decode(search, tables[[sample]])
        np.testing.assert_array_equal(alone["sequences"][0], together["sequences"][sample])
        np.testing.assert_allclose(alone["scores"][0], together["scores"][sample], rtol=1e-6)


def test_a_wider_beam_never_ends_with_a_worse_score_than_the_greedy_one_that_it_holds():
    tables = np.random.default_rng(5).normal(size=(30, 5, TOKENS, TOKENS)).astype(np.float32)
    scores = [decode(search_of(width=width, max_length=5), tables)["scores"][:, 0].mean() for width in (1, 3, 40)]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]


def test_a_length_penalty_prefers_longer_sequences():
    # The end is a little more probable than each further token.
    table = np.full((1, 6, TOKENS, TOKENS), -5.0, np.float32)
    table[..., END], table[..., 3] = 0.5, 0.0
    short = decode(search_of(width=4, max_length=6), table)
    long = decode(search_of(width=4, max_length=6, length_penalty=2.0), table)
    assert short["lengths"][0, 0] == 0
    assert long["lengths"][0, 0] > 0
    assert words_of(long, 0, 0) == all_sequences(table[0], 2.0)[0][1]


def test_tokens_that_a_model_masks_are_never_decoded():
    table = np.zeros((1, 3, TOKENS, TOKENS), np.float32)
    table[..., 3], table[..., 4] = -np.inf, -1e9
    found = decode(search_of(width=5, max_length=3), table)
    assert found["sequences"].tolist() == [[[PADDING] * 3] * 5]
    assert found["scores"][0].tolist() == [0.0, *[-np.inf] * 4]


def test_a_length_of_one_takes_one_token():
    tables = np.random.default_rng(6).normal(size=(4, 1, TOKENS, TOKENS)).astype(np.float32)
    found = decode(search_of(width=3, max_length=1), tables)
    for sample, table in enumerate(tables):
        assert [words_of(found, sample, n) for n in range(3)] == [words for _, words in all_sequences(table)]


def test_the_config_brings_the_tokens_back():
    search = search_of((5, 6, 7), width=3)
    again = type(search).from_config(search.get_config())
    assert (again.start, again.end, again.padding, again.params) == (5, 6, 7, search.params)


class Decoder(keras.layers.Layer):
    """One layer of attention over its own tokens and a memory, which decodes with caches or without."""

    def __init__(self):
        super().__init__(name="decoder")
        self.embedding = keras.layers.Embedding(TOKENS, 8, embeddings_initializer="random_normal")
        self.own = AttentionParams(heads=2, head_units=3).create(name="own")
        self.other = AttentionParams(heads=2, head_units=3).create(name="other")
        self.logits = keras.layers.Dense(TOKENS, kernel_initializer=keras.initializers.RandomNormal(stddev=2.0))

    def call(self, tokens, memory, mask):
        x = self.embedding(tokens) * 20
        x = x + self.own(x, causal=True)
        return self.logits(x + self.other(x, memory, mask))

    def cached(self, tokens, state, constants, position):
        x = ops.expand_dims(self.embedding(tokens), 1) * 20
        state = self.own.extended(state, x, position)
        seen = ops.reshape(ops.arange(6, dtype="int32") <= position, (1, 1, -1))
        x = x + self.own.attend(x, state, seen)
        x = x + self.other.attend(x, constants["memory"], ops.expand_dims(constants["mask"], 1))
        return self.logits(x)[:, 0], state

    def whole(self, tokens, state, constants, position):
        """Compute all tokens anew at each step."""
        here = ops.arange(6, dtype="int32") == position
        prefix = ops.where(here, ops.expand_dims(tokens, -1), state["prefix"])
        logits = self(prefix, constants["memory"], constants["mask"])
        return ops.take(logits, position, axis=1), {"prefix": prefix}


@pytest.mark.parametrize("width", [1, 4])
@pytest.mark.takes_long
def test_keys_and_values_that_are_kept_decode_as_those_that_are_computed_anew(width, tmp_path):
    keras.utils.set_random_seed(width)
    decoder = Decoder()
    memory = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    decoder(np.zeros((3, 6), np.int32), memory, mask)
    search = search_of(width=width, max_length=6)

    @tf.function(input_signature=[tf.TensorSpec((None, None, 4)), tf.TensorSpec((None, None), tf.bool)])
    def kept(memory, mask):
        constants = {"memory": decoder.other.keys_and_values(memory), "mask": mask}
        return search(decoder.own.empty_cache(ops.shape(memory)[0], 6), step=decoder.cached, constants=constants)

    state = {"prefix": ops.zeros((3, 6), "int32")}
    anew = search(state, step=decoder.whole, constants={"memory": ops.convert_to_tensor(memory), "mask": mask})
    module = tf.Module()
    module.decoder, module.serve = decoder, kept
    tf.saved_model.save(module, tmp_path / "serve", signatures={"serve": kept})
    loaded = tf.saved_model.load(tmp_path / "serve")
    for found in (kept(memory, mask), loaded.serve(memory, mask)):
        np.testing.assert_array_equal(found["sequences"], anew["sequences"])
        np.testing.assert_allclose(found["scores"], anew["scores"], atol=1e-5)
    # Masked steps do not matter, nor how far the batch is padded.
    other = np.pad(np.where(mask[..., None], memory, 9), ((0, 0), (0, 2), (0, 0)))
    np.testing.assert_array_equal(kept(other, np.pad(mask, ((0, 0), (0, 2))))["sequences"], anew["sequences"])


def test_a_state_of_half_precision_stays_so():
    def step(tokens, state, constants, position):
        del constants, position
        assert state["cell"].dtype == tf.float16
        return ops.one_hot(tokens * 0 + END, TOKENS, dtype="float16"), {"cell": state["cell"] + 1}

    search = BeamSearchParams(width=2).create(start=START, end=END, dtype="float32")
    found = search({"cell": ops.zeros((2, 3), "float16")}, step=step)
    assert found["lengths"].shape == (2, 2)
    assert found["scores"].dtype == tf.float32


def test_attention_agrees_with_that_of_keras():
    keras.utils.set_random_seed(0)
    ours = AttentionParams(heads=2, head_units=3).create()
    theirs = keras.layers.MultiHeadAttention(2, 3)
    queries, memory = np.random.default_rng(0).normal(size=(2, 2, 4, 6)).astype(np.float32)
    mask = np.array([[True, True, False, True], [True, False, False, False]])
    ours(queries, memory)
    theirs(queries, memory)
    for name in ("query", "key", "value"):
        kernel, bias = getattr(ours, name).get_weights()
        getattr(theirs, f"_{name}_dense").set_weights([kernel.reshape(6, 2, 3), bias.reshape(2, 3)])
    kernel, bias = ours.output_layer.get_weights()
    theirs._output_dense.set_weights([kernel.reshape(2, 3, 6), bias])
    np.testing.assert_allclose(
        ours(queries, memory, mask), theirs(queries, memory, attention_mask=mask[:, None]), atol=1e-5
    )
    np.testing.assert_allclose(ours(queries, causal=True), theirs(queries, queries, use_causal_mask=True), atol=1e-5)
