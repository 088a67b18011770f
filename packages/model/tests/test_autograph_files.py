import tempfile
from pathlib import Path

import tensorflow as tf

from tfaip.model.runtime.autograph_files import remove_autograph_files


def test_sources_that_autograph_has_written_are_removed_and_the_function_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", False)

    @tf.function
    def larger(x):
        if tf.reduce_sum(x) > 0:
            x = x + 1
        return x

    assert larger(tf.constant([1.0])).numpy() == [2.0]
    files = {path.suffix for path in tmp_path.rglob("__autograph_generated_file*")}
    assert files == {".py", ".pyc"}
    remove_autograph_files()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    # Another shape is another trace.
    assert larger(tf.constant([[1.0], [2.0]])).numpy().tolist() == [[2.0], [3.0]]
    remove_autograph_files()
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file()]
