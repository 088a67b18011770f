"""Bundles of one graph, one after the other: traced once, and the same files as if each were the only one."""

import numpy as np
import pytest
import tensorflow as tf

from tfaip.model import load_prediction_function
from tfaip.model.stored.export import BundleWriter, export_bundle


def change(graph):
    for variable in graph.variables:
        variable.assign(variable.value + tf.cast(1, variable.dtype))


@pytest.fixture
def labels(built):
    """Export two graphs, and count how often each is traced."""
    _, model, _ = built
    traced = []

    def exported(inputs, outputs, targets):
        traced.append(1)
        return {"default": outputs, "only": {"class": outputs["class"]}}

    model._export_graphs = exported
    return traced


def test_a_later_bundle_holds_the_same_files_as_one_that_is_written_anew(built, labels, tmp_path):
    scenario, model, graph = built
    writer = BundleWriter(scenario, model, graph)
    writer.write(tmp_path / "first")
    change(graph)
    anew = export_bundle(tmp_path / "anew", scenario, model, graph)
    later = writer.write(tmp_path / "later", writer.snapshot())
    live = writer.write(tmp_path / "live")
    assert len(labels) == 4  # two graphs by the writer, and two more by the other export
    for bundle in (later, live):
        bundle.verify()
        files = [path.relative_to(anew.path) for path in sorted(anew.path.rglob("*"))]
        assert [path.relative_to(bundle.path) for path in sorted(bundle.path.rglob("*"))] == files
        # The names of functions are numbered through the process, and fingerprints hold a random number.
        own = ("saved_model.pb", "fingerprint.pb", "bundle.json")
        for file in (file for file in files if (anew.path / file).is_file() and file.name not in own):
            assert (bundle.path / file).read_bytes() == (anew.path / file).read_bytes(), file
        for part in ("serve", "additional/only"):
            one, other = (
                tf.saved_model.experimental.read_fingerprint(str(folder / part)) for folder in (anew.path, bundle.path)
            )
            for name in ("graph_def_program_hash", "signature_def_hash", "saved_object_graph_hash", "checkpoint_hash"):
                assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("number", ["first", "second"])
def test_a_snapshot_is_written_although_the_graph_is_trained_on(built, tmp_path, number):
    scenario, model, graph = built
    writer = BundleWriter(scenario, model, graph)
    if number == "second":
        writer.write(tmp_path / "first")
    point = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    expected = graph.build_prediction_graph({"point": point})["logits"].numpy()
    values = writer.snapshot()
    change(graph)
    bundle = writer.write(tmp_path / "best", values)
    np.testing.assert_allclose(load_prediction_function(bundle.path)({"point": point})["logits"], expected, atol=1e-6)


def test_a_missing_way_to_write_fingerprints_leaves_them_out(built, tmp_path, monkeypatch):
    from tensorflow.python.saved_model import fingerprinting_utils

    writer = BundleWriter(*built)
    writer.write(tmp_path / "first")
    monkeypatch.delattr(fingerprinting_utils, "write_fingerprint")
    bundle = writer.write(tmp_path / "best", writer.snapshot())
    assert not (bundle.serve / "fingerprint.pb").exists()
    load_prediction_function(bundle.path)
