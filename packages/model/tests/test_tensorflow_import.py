"""What a command does besides when it loads TensorFlow."""

import atexit
import gc
import os
import sys
import textwrap

import pytest

from tfaip.model.runtime import quiet_import
from tfaip.model.runtime.tensorflow_import import import_tensorflow


@pytest.fixture
def replaced(monkeypatch, tmp_path):
    """Make a module of this source stand where TensorFlow does."""

    def replace(source):
        (tmp_path / "tensorflow.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
        monkeypatch.setattr(atexit, "register", registered.append)

    registered = []
    replace.registered = registered
    yield replace
    sys.modules.pop("tensorflow", None)


def test_what_libraries_print_at_import_is_kept_off_the_console(replaced, capfd):
    replaced('import os; os.write(2, b"a page")')
    import_tensorflow()
    assert capfd.readouterr().err == ""


def test_it_is_shown_where_the_import_fails(replaced, capfd):
    replaced('import os; os.write(2, b"no such processor"); raise ImportError("it fails")')
    with pytest.raises(ImportError, match="it fails"):
        import_tensorflow()
    assert "no such processor" in capfd.readouterr().err
    os.fstat(2)


def test_the_end_of_the_process_searches_no_cycles_among_what_was_loaded(replaced):
    replaced("")
    import_tensorflow()
    assert replaced.registered == [gc.freeze]


@pytest.fixture
def keras_parts(monkeypatch, tmp_path):
    """Make a package stand where Keras does: its `wrappers` need another library, and Keras offers them."""
    (tmp_path / "keras" / "wrappers").mkdir(parents=True)
    (tmp_path / "keras" / "__init__.py").write_text(
        "import gc\nfrom keras import wrappers as wrappers\ncollects = gc.isenabled()\n"
    )
    (tmp_path / "keras" / "wrappers" / "__init__.py").write_text("import a_slow_library\nname = a_slow_library.name\n")
    (tmp_path / "a_slow_library.py").write_text("name = 'loaded'")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(quiet_import, "_waiting", {})  # those wait for the real one
    for module in ("keras", "keras.wrappers", "a_slow_library"):
        monkeypatch.setitem(sys.modules, module, None)  # so that the modules of before come back
        monkeypatch.delitem(sys.modules, module)
    quiet_import.import_quietly()
    return tmp_path


def test_a_part_of_keras_that_needs_a_slow_library_loads_with_the_first_look(keras_parts):
    import keras.wrappers

    assert hasattr(keras.wrappers, "__file__")  # TensorFlow asks each module
    assert "a_slow_library" not in sys.modules
    assert keras.wrappers.name == "loaded"
    assert "a_slow_library" in sys.modules
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        _ = keras.wrappers.other


@pytest.mark.parametrize("use", ["from keras.wrappers import name", "from keras.wrappers import *", "dir(w)"])
def test_every_way_to_look_into_the_part_loads_it(keras_parts, use):
    import keras.wrappers

    exec(use, {"w": keras.wrappers})
    assert "a_slow_library" in sys.modules


def test_a_part_that_fails_to_load_fails_again(keras_parts):
    (keras_parts / "a_slow_library.py").write_text("raise OSError('no disk')")
    import keras.wrappers

    for _ in range(2):
        with pytest.raises(OSError, match="no disk"):
            _ = keras.wrappers.name


def test_the_garbage_collector_rests_during_the_import(keras_parts):
    import keras

    assert not keras.collects
    assert gc.isenabled()
