"""What a command does besides when it loads TensorFlow."""

import atexit
import gc
import os
import sys
import textwrap

import pytest

from tfaip.model.command import import_tensorflow


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
