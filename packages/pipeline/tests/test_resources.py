import pytest
from pipeline_cases import Data, DataParams

from tfaip.params import field, params
from tfaip.pipeline import DataProcessorParams, SequentialProcessorPipelineParams, resource
from tfaip.pipeline.data.resources import find_resources
from tfaip.pipeline.errors import DefinitionError


@params
class CodecParams(DataProcessorParams):
    codec: str = resource(help="The characters")
    others: dict[str, str] = field(factory=dict)

    def cls(self):
        raise AssertionError("no test runs it")


@params
class WithResourcesParams(DataParams):
    lexicon: str = resource()

    def cls(self):
        return Data


@pytest.fixture
def files(tmp_path):
    for folder, text in (("a", "1"), ("b", "2"), ("c", "1")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "codec.txt").write_text(text)
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "list").write_text("w")
    return tmp_path


def data_params(lexicon, *codecs, base=None):
    processors = [CodecParams(codec=str(codec)) for codec in codecs]
    return WithResourcesParams(
        lexicon=str(lexicon),
        pre_proc=SequentialProcessorPipelineParams(processors=processors),
        resource_base_path=base,
    )


def test_resources_are_found_wherever_they_are():
    found = [(where, path) for _, _, path, where in find_resources(data_params("x", "y", ""))]
    assert sorted(found) == [("$.lexicon", "x"), ("$.pre_proc.processors[0].codec", "y")]


def test_exported_resources_are_relative_to_the_export_and_can_be_moved(files, tmp_path):
    original = data_params(files / "words", files / "a" / "codec.txt")
    exported = original.create().dump_resources(tmp_path / "export")
    assert original.lexicon == str(files / "words")
    assert exported.lexicon == "resources/words"
    (tmp_path / "export").rename(tmp_path / "moved")
    exported.resource_base_path = str(tmp_path / "moved")
    (codec,) = exported.pre_proc.flatten()
    assert open(exported.resource_path(codec.codec)).read() == "1"  # noqa: SIM115, PTH123
    again = exported.create().dump_resources(tmp_path / "again")
    assert (tmp_path / "again" / again.lexicon / "list").read_text() == "w"


def test_files_of_one_name_must_be_the_same(files, tmp_path):
    same = data_params("", files / "a" / "codec.txt", files / "c" / "codec.txt")
    assert [c.codec for c in same.create().dump_resources(tmp_path / "e").pre_proc.flatten()] == [
        "resources/codec.txt"
    ] * 2
    different = data_params("", files / "a" / "codec.txt", files / "b" / "codec.txt")
    with pytest.raises(DefinitionError, match=r"processors\[1\].codec and \$.*processors\[0\].codec are different"):
        different.create().dump_resources(tmp_path / "f")


def test_missing_resources_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"\$.lexicon: the resource .*nowhere does not exist"):
        data_params("nowhere", base=str(tmp_path)).create().dump_resources(tmp_path / "export")
