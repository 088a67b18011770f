"""Config files that the line names build on others and refer to other values; files that programs read do neither."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import params_zoo as zoo
import pytest
from annotated_types import Gt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfaip.params import CommandLine, CommandLineError, LoadError, from_dict, load, params, save, to_dict
from tfaip.params import field as params_field
from tfaip.params.serialization.formats import parse_text
from tfaip.params.serialization.references import escaped


@params
class LayerParams:
    units: int = 8
    name: str = "layer"


@params
class WideParams(LayerParams):
    factor: float = 2.0


def doubled(value: int) -> int:
    return 2 * value


@params
class ModelParams:
    width: int = 64
    heads: dict[str, int] = params_field(factory=dict)
    sizes: list[int] = params_field(factory=lambda: [1, 2])
    layer: LayerParams = params_field(factory=LayerParams)
    layers: list[LayerParams] = params_field(factory=lambda: [LayerParams()])
    title: str = "model"
    rate: Annotated[float, Gt(0)] = 0.5
    maybe: int | None = None
    either: LayerParams | str = "auto"
    steps: int = params_field(default=1, converter=doubled)


@params
class DataParams:
    batch: int = 16
    path: Path = Path("data")


Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return written


def two_roots() -> CommandLine:
    command = CommandLine("prog")
    command.add_root("model", ModelParams)
    command.add_root("data", DataParams)
    return command


def mistake_of(read: Callable[[], Any]) -> str:
    with pytest.raises(CommandLineError) as caught:
        read()
    return str(caught.value)


def test_a_file_builds_on_others_beside_it(write: Write) -> None:
    write("bases/small.yaml", "model: {width: 8, layer: {units: 3}}\ndata: {batch: 2}\n")
    write("bases/fast.json", '{"data": {"batch": 4}}')
    path = write("run.yaml", "__base__: [bases/small.yaml, bases/fast.json]\nmodel: {layer: {name: first}}\n")
    found = two_roots().parse_or_raise(["--config", str(path), "--data.batch", "5"])
    assert found["model"] == ModelParams(width=8, layer=LayerParams(units=3, name="first"))
    assert found["data"] == DataParams(batch=5)
    assert two_roots().parse_or_raise(["--config", str(path)])["data"].batch == 4


def test_a_group_builds_on_a_file_of_its_own(write: Write, read: Callable[..., Any]) -> None:
    write("layers/wide.toml", '__cls__ = "Wide"\nunits = 9\n')
    path = write("run.yaml", "layer: {__base__: layers/wide.toml, factor: 4}\nlayers: [{__base__: layers/wide.toml}]\n")
    found = read(ModelParams, ["--config", str(path)])
    assert found == ModelParams(layer=WideParams(units=9, factor=4.0), layers=[WideParams(units=9)])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"run.yaml": "__base__: run.yaml\n"}, "run.yaml: $.__base__: the bases go round: run.yaml -> run.yaml"),
        (
            {"run.yaml": "__base__: a.yaml\n", "a.yaml": "__base__: b.yaml\n", "b.yaml": "__base__: [a.yaml]\n"},
            "b.yaml: $.__base__: the bases go round: a.yaml -> b.yaml -> a.yaml",
        ),
        ({"run.yaml": "__base__: 3\n"}, "run.yaml: $.__base__: expects the name of a file, or a list of them, got 3"),
        (
            {"run.yaml": "__base__: [a.yaml]\n"},
            "a.yaml: can't be read: No such file or directory\n  {}/run.yaml builds on it",
        ),
        (
            {"run.yaml": "__base__: a.txt\n"},
            "a.txt: expects a file that ends with .json, .yaml, .yml, .toml, got '.txt'",
        ),
        ({"run.yaml": "__base__: a.yaml\n", "a.yaml": "width: x\n"}, "a.yaml: $.width: expects int, got 'x'"),
        (
            {"run.yaml": "layer: {__base__: a.yaml}\n", "a.yaml": "units: x\n"},
            "run.yaml: $.layer.__base__: {}/a.yaml: $.units: expects int, got 'x'",
        ),
        (
            {"run.yaml": "layer: {__base__: a.yaml}\n", "a.yaml": "__base__: a.yaml\n"},
            "run.yaml: $.layer.__base__: {}/a.yaml: $.__base__: the bases go round: a.yaml -> a.yaml",
        ),
        (
            {"run.yaml": "layer: {__base__: a.yaml}\n", "a.yaml": "__cls__: os:path\n"},
            "run.yaml: $.layer.__base__: {}/a.yaml: $.__cls__: os:path isn't trusted",
        ),
        (
            {"run.yaml": f"__base__: [{', '.join(['a.yaml'] * 101)}]\n", "a.yaml": "{}"},
            "run.yaml: $.__base__: builds on more than 100 files",
        ),
    ],
)
def test_wrong_bases_are_named(
    write: Write, read: Callable[..., Any], tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        write(name, text)
    told = mistake_of(lambda: read(ModelParams, ["--config", str(tmp_path / "run.yaml")]))
    assert message.replace("{}", str(tmp_path)) in told


def test_references_are_resolved_after_all_overrides(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_HOME", "/srv")
    monkeypatch.setenv("RATE", "0.25")
    monkeypatch.setenv("HEADS", "a=1 'b c=2'")
    path = write(
        "run.yaml",
        """\
        model:
          layer: {units: "${model.width}", name: "w${model.width}-${data.batch}"}
          layers: [{units: "${model.layer.units}"}]
          sizes: ["${model.width}", 7]
          rate: ${env:RATE}
          heads: ${env:HEADS}
          maybe: ${model.sizes[1]}
          title: $${model.width}
          either: ${model.layer.name}
        data: {path: "${env:DATA_HOME}/images"}
        """,
    )
    found = two_roots().parse_or_raise(["--config", str(path), "--model.width", "5"])
    assert found["model"] == ModelParams(
        width=5,
        layer=LayerParams(units=5, name="w5-16"),
        layers=[LayerParams(units=5)],
        sizes=[5, 7],
        heads={"a": 1, "b c": 2},
        rate=0.25,
        maybe=7,
        title="${model.width}",
        either="w5-16",
    )
    assert found["data"] == DataParams(path=Path("/srv/images"))
    line = ["--config", str(path), "--model.maybe", "3", "--model.layer.units", "9"]
    assert two_roots().parse_or_raise(line)["model"].layers == [LayerParams(units=9)]


def test_references_name_fields_of_the_root_that_a_file_holds(write: Write, read: Callable[..., Any]) -> None:
    path = write(
        "run.json", '{"layer": {"units": "${width}"}, "heads": {"a": "${layer.units}"}, "maybe": "${heads.a}"}'
    )
    found = read(ModelParams, ["--config", str(path), "--width", "3"])
    assert (found.layer.units, found.heads, found.maybe) == (3, {"a": 3}, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("width: ${title}", "$.width: expects int, got 'model'\n  from '${title}'"),
        ("sizes: [1, '${title}']", "$.sizes: expects int, got 'model'\n  at $[1]\n  from [1, '${title}']"),
        ("rate: ${maybe}", "$.rate: expects float, got none\n  from '${maybe}'"),
        ("width: ${width}", "$.width: the references go round: width -> width"),
        ("{width: '${maybe}', maybe: '${sizes[0]}', sizes: ['${width}']}", "the references go round: "),
        ("width: ${widht}", "$.width: a reference names 'widht', which isn't there\n  did you mean width?"),
        ("width: ${layer.unit}", "$.width: ${layer.unit}: there is no 'unit'\n  did you mean units?"),
        ("width: ${sizes[5]}", "$.width: ${sizes[5]}: there is no 5 in [1, 2]"),
        ("width: ${layer}", "$.width: a reference stands for a value, but ${layer} holds params (LayerParams)"),
        ("layer: ${layers[0]}", "$.layer: a reference stands for a value, not for params\n  write __base__ and a file"),
        ("title: a${sizes}", "$.title: only single values can be part of a text, ${sizes} is [1, 2]"),
        ("title: a${width", "$.title: a reference is ${name}, got 'a${width'\n  write $${ for the text ${"),
        ("title: ${}", "$.title: a reference names a value like ${model.width}, got ${}"),
        ("title: ${a..b}", "$.title: a reference names a value like ${model.width}, got ${a..b}"),
        (
            "title: ${env:NO_SUCH_VARIABLE_HERE}",
            "$.title: there is no variable 'NO_SUCH_VARIABLE_HERE' in the environment",
        ),
        ("width: ${env:WORD}", "$.width: must be a whole number, got 'word'"),
        ("rate: ${env:ZERO}", "$.rate: must be > 0, got 0.0"),
    ],
)
def test_wrong_references_are_named(
    write: Write, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.setenv("WORD", "word")
    monkeypatch.setenv("ZERO", "0")
    path = write("run.yaml", text + "\n")
    told = mistake_of(lambda: read(ModelParams, ["--config", str(path)]))
    assert message in told
    assert told.count(str(path)) == 1


def test_references_do_not_double_without_bound(write: Write) -> None:
    @params
    class Texts:
        a: str = "x" * 64
        b: str = ""
        c: str = ""
        d: list[Any] = params_field(factory=list)
        e: list[Any] = params_field(factory=list)
        f: list[Any] = params_field(factory=list)

    command = CommandLine("prog")
    command.add_root("", Texts)
    many = "".join(["${a}"] * 600)
    path = write("a.json", f'{{"b": "{many}", "c": "{many.replace("a", "b")}"}}')
    assert "longer than 1 MiB" in mistake_of(lambda: command.parse_or_raise(["--config", str(path)]))
    twice = ", ".join(['"${d}"'] * 900)
    path = write("b.json", f'{{"d": {[1] * 900}, "e": [{twice}], "f": [{twice.replace("d", "e")}]}}')
    assert "more than 500,000 values" in mistake_of(lambda: command.parse_or_raise(["--config", str(path)]))


def test_files_that_programs_read_hold_values_alone(write: Write) -> None:
    with pytest.raises(LoadError, match=r"\$\.__base__: is read only in files that the command line names"):
        load(ModelParams, write("a.yaml", "__base__: b.yaml\n"))
    with pytest.raises(LoadError, match=r"\$\.layer\.__base__: is read only in files"):
        from_dict(ModelParams, {"layer": {"__base__": "b.yaml"}})
    assert load(ModelParams, write("b.yaml", "title: ${env:HOME}\n")).title == "${env:HOME}"
    with pytest.raises(LoadError, match=r"\$\.width: expects int, got '\$\{maybe\}'"):
        load(ModelParams, write("c.yaml", "width: ${maybe}\n"))


def test_what_a_program_has_written_is_no_reference(tmp_path: Path, read: Callable[..., Any]) -> None:
    made = ModelParams(title="${env:HOME}", either="$${x}")
    for suffix in ("json", "yaml", "toml"):
        save(made, tmp_path / f"a.{suffix}")
        assert load(ModelParams, tmp_path / f"a.{suffix}") == made
        assert read(ModelParams, ["--config", str(tmp_path / f"a.{suffix}"), "--steps", "1"]) == made


@pytest.mark.parametrize("suffix", ["json", "yaml", "toml"])
def test_a_saved_config_keeps_references_as_written(write: Write, tmp_path: Path, suffix: str) -> None:
    path = write("run.yaml", "model: {layer: {units: '${model.width}'}, title: 'a$${b}', sizes: ['${data.batch}']}\n")
    saved = tmp_path / f"saved.{suffix}"
    line = ["--config", str(path), "--model.either", "${text}", "--save-config", str(saved)]
    first = two_roots().parse(line)
    data = parse_text(saved.read_text(), suffix)
    assert data["model"]["layer"]["units"] == "${model.width}"
    assert data["model"]["sizes"] == ["${data.batch}"]
    assert (data["model"]["title"], data["model"]["either"]) == ("a$${b}", "$${text}")
    again = two_roots().parse_or_raise(["--config", str(saved)])
    assert (again["model"], again["data"]) == (first["model"], first["data"])
    assert again["model"].either == "${text}"
    changed = two_roots().parse_or_raise(["--config", str(saved), "--model.width", "3", "--data.batch", "2"])
    assert (changed["model"].layer.units, changed["model"].sizes) == (3, [2])
    with pytest.raises(LoadError, match=r"\$\.__references__: the file holds references, which only the command line"):
        load(ModelParams, write("alone.yaml", "__cls__: Model\n__references__: true\n"))


def test_a_value_that_overrides_a_reference_is_saved(write: Write, tmp_path: Path) -> None:
    path = write("run.yaml", "model: {layer: {units: '${model.width}'}, maybe: '${data.batch}'}\n")
    saved = tmp_path / "saved.json"
    two_roots().parse(["--config", str(path), "--model.layer.units", "3", "--save-config", str(saved)])
    data = parse_text(saved.read_text(), "json")
    assert (data["model"]["layer"]["units"], data["model"]["maybe"]) == (3, "${data.batch}")


def test_show_resolves_references(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("run.yaml", "model: {layer: {units: '${model.width}'}}\n")
    with pytest.raises(SystemExit):
        two_roots().parse(["--config", str(path), "--show"])
    assert "units: 64" in capsys.readouterr().out


def test_only_what_differs_from_the_defaults_is_saved(tmp_path: Path, read: Callable[..., Any]) -> None:
    path = tmp_path / "changes.yaml"
    line = "--model.layer Wide --model.layer.factor 3 --model.sizes 5 --data.batch 16 --model.width 3 --only-changes"
    found = two_roots().parse([*line.split(), "--save-config", str(path)])
    data = parse_text(path.read_text(), "yaml")
    tag = to_dict(WideParams())["__cls__"]
    assert data == {
        "format_version": 1,
        "model": {"width": 3, "sizes": [5], "layer": {"__cls__": tag, "factor": 3.0}},
    }
    again = two_roots().parse_or_raise(["--config", str(path)])
    assert (again["model"], again["data"]) == (found["model"], found["data"])


def test_changes_keep_references_and_show_them_resolved(write: Write, tmp_path: Path) -> None:
    path = write("run.yaml", "model: {layer: {units: '${model.width}'}}\ndata: {batch: 16}\n")
    saved = tmp_path / "changes.json"
    two_roots().parse(["--config", str(path), "--model.width", "5", "--only-changes", "--save-config", str(saved)])
    assert parse_text(saved.read_text(), "json") == {
        "format_version": 1,
        "__references__": True,
        "model": {"width": 5, "layer": {"units": "${model.width}"}},
    }


def test_converted_values_are_saved_once_converted(tmp_path: Path) -> None:
    path = tmp_path / "changes.json"
    found = two_roots().parse(["--model.steps", "4", "--only-changes", "--save-config", str(path)])
    assert found["model"].steps == 8
    assert two_roots().parse_or_raise(["--config", str(path)])["model"].steps == 8


TREES = st.builds(
    zoo.TrainerParams,
    epochs=st.integers(0, 3),
    output_dir=st.none() | st.just(Path("a")),
    optimizer=st.one_of(
        st.builds(zoo.AdamParams, lr=st.sampled_from([0.001, 0.5])), st.builds(zoo.SGDParams, momentum=st.floats(0, 1))
    ),
    warmstart=st.none() | st.builds(zoo.WarmstartParams, trim=st.booleans()),
    net=st.builds(
        zoo.NetParams,
        layers=st.lists(st.builds(zoo.ConvParams, filters=st.integers(0, 2)), max_size=2),
        heads=st.dictionaries(st.sampled_from(["a", "b"]), st.builds(zoo.DenseParams, units=st.integers(9, 11))),
        nodes=st.lists(st.integers(0, 1), max_size=2),
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=TREES, default=st.none() | TREES)
def test_changes_laid_over_the_defaults_are_the_params(
    value: zoo.TrainerParams, default: zoo.TrainerParams | None, tmp_path: Path
) -> None:
    from tfaip.params.commandline.answering.requests import save_config
    from tfaip.params.commandline.declared.plain import Arguments
    from tfaip.params.commandline.result import ParseResult

    command = CommandLine("prog", check_required=False)
    command.add_root("trainer", zoo.TrainerParams, default=default)
    path = tmp_path / "changes.json"
    save_config(ParseResult({"trainer": value}, Arguments({})), path, command.seeds())
    assert command.parse_or_raise(["--config", str(path)])["trainer"] == value


@given(st.text("${}a\\", max_size=8))
def test_every_text_can_be_escaped(text: str) -> None:
    from tfaip.params.serialization.references import _Resolver
    from tfaip.params.tree.nodes import Deferred

    plain = escaped(text)
    found = _Resolver({}, lambda tag: tag)._text(plain, Deferred(plain, (), "a.yaml", None)) if "${" in plain else plain
    assert found == text


def test_no_part_of_a_reference_is_changed(write: Write, read: Callable[..., Any]) -> None:
    path = write("run.yaml", "sizes: ['${width}']\n")
    told = mistake_of(lambda: read(ModelParams, ["--config", str(path), "--sizes+", "3"]))
    assert f"--sizes+: is ['${{width}}'] in {path}, of which no part can be changed" in told
    added = write("added.yaml", "layers+: [{units: '${width}'}]\nlayers.0: {name: 'n${width}'}\n")
    found = read(ModelParams, ["--config", str(added), "--width", "3"])
    assert found.layers == [LayerParams(name="n3"), LayerParams(units=3)]
    more = write("more.yaml", "sizes+: ['${width}']\n")
    told = mistake_of(lambda: read(ModelParams, ["--config", str(more)]))
    assert "a reference can't be part of a change" in told


def test_a_group_is_read_from_a_file(write: Write, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write("wide.yaml", "__cls__: Wide\nunits: ${width}\n__base__: base.toml\n").parent)
    write("base.toml", "factor = 7\n")
    write("many.json", '[{"units": 1}, "Wide"]')
    line = ["--layer", "wide.yaml", "--width", "3", "--layer.name", "n", "--layers", "many.json"]
    found = read(ModelParams, line)
    assert found.layer == WideParams(units=3, factor=7.0, name="n")
    assert found.layers == [LayerParams(units=1), WideParams()]
    found = read(ModelParams, ["--layers", "wide.yaml", "Layer", "--layers.0.units", "2"])
    assert found.layers == [WideParams(units=2, factor=7.0), LayerParams()]
    assert read(ModelParams, ["--either", "wide.yaml"]).either == "wide.yaml"


def test_bases_hold_fields_of_the_class_that_is_named_beside_them(write: Write, read: Callable[..., Any]) -> None:
    write("base.yaml", "factor: 7\n")
    write("other.yaml", "__cls__: Layer\nunits: 2\n")
    path = write("run.yaml", "__cls__: Wide\n__base__: base.yaml\nunits: 1\n")
    assert read(LayerParams, ["--config", str(path)]) == WideParams(units=1, factor=7.0)
    path = write("run.yaml", "__cls__: Wide\n__base__: [other.yaml, base.yaml]\n")
    assert read(LayerParams, ["--config", str(path)], root="net") == WideParams(units=2, factor=7.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units: x\n", "--layer: group.yaml: $.units: expects int, got 'x'"),
        ("unit: 3\n", "--layer: group.yaml: $.unit: LayerParams has no such field\n  did you mean units?"),
        ("__cls__: 'os:path'\n", "--layer: group.yaml: $.__cls__: os:path isn't trusted"),
        ("__base__: group.yaml\n", "--layer: group.yaml: $.__base__: the bases go round: group.yaml -> group.yaml"),
        ("- 1\n", "--layer: group.yaml: $: expects the fields of a LayerParams, got [1]"),
        ("a: [\n", "--layer: group.yaml: is no valid YAML"),
        ("units: ${name}\nname: n\n", "group.yaml: $.units: a reference names 'name', which isn't there"),
    ],
)
def test_wrong_files_of_groups_are_named(
    write: Write, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(write("group.yaml", text).parent)
    assert message in mistake_of(lambda: read(ModelParams, ["--layer", "group.yaml"]))
    missing = mistake_of(lambda: read(ModelParams, ["--layer", "missing.yaml"]))
    assert missing == "--layer: missing.yaml: can't be read: No such file or directory"


def test_a_reference_in_a_file_of_a_program_is_explained(
    write: Write, read: Callable[..., Any], tmp_path: Path
) -> None:
    save(ModelParams(), tmp_path / "saved.yaml")
    edited = (tmp_path / "saved.yaml").read_text().replace("width: 64", "width: ${layer.units}")
    path = write("edited.yaml", edited)
    told = mistake_of(lambda: read(ModelParams, ["--config", str(path)]))
    assert (
        "$.width: expects int, got '${layer.units}'\n  a program has written this file; with __references__: true"
        in told
    )
    path = write("marked.yaml", edited.replace("format_version: 1", "format_version: 1\n__references__: true"))
    assert read(ModelParams, ["--config", str(path)]).width == 8


def test_links_that_go_round_are_refused(write: Write, read: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    path = write("run.yaml", "__base__: a.yaml\n")
    assert "a.yaml: can't be read" in mistake_of(lambda: read(ModelParams, ["--config", str(path)]))
    same = tmp_path / "same.yaml"
    same.symlink_to(tmp_path / "over.yaml")
    path = write("over.yaml", "__base__: same.yaml\n")
    assert "the bases go round: over.yaml -> same.yaml" in mistake_of(
        lambda: read(ModelParams, ["--config", str(path)])
    )


@pytest.mark.parametrize("names", ["''", "[]", "[3]", "{a: 1}", "null", r'"a\0.yaml"', "['a.yaml', null]"])
def test_names_of_bases_are_names_of_files(write: Write, read: Callable[..., Any], names: str) -> None:
    for text in (f"__base__: {names}\n", f"layer: {{__base__: {names}}}\n"):
        told = mistake_of(lambda text=text: read(ModelParams, ["--config", str(write("run.yaml", text))]))
        assert "expects the name of a file, or a list of them, got" in told


def test_variables_inside_of_data_are_read_by_the_type_of_their_place(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    @params
    class Holder:
        pair: tuple[int, str] = (0, "")
        texts: list[str] = params_field(factory=list)
        table: dict[str, list[float]] = params_field(factory=dict)
        flags: list[bool | None] = params_field(factory=list)
        free: Any = None
        mapped: dict[str, Any] = params_field(factory=dict)

    for name, text in {"THREE": "3", "NO": "no", "LIST": "[1, 2.5]", "NONE": "none"}.items():
        monkeypatch.setenv(name, text)
    three = "${env:THREE}"
    data = {
        "pair": [three, three],
        "texts": [three, "${env:LIST}"],
        "table": {"a": [three, 1], "b": "${env:LIST}"},
        "flags": ["${env:NO}", "${env:NONE}"],
        "free": [three, {"k": "${env:LIST}"}, "${env:NO}"],
        "mapped": {"a": three},
    }
    command = CommandLine("prog")
    command.add_root("", Holder)
    found = command.parse_or_raise(["--config", str(write("a.json", json.dumps(data)))])[""]
    assert found == Holder(
        pair=(3, "3"),
        texts=["3", "[1, 2.5]"],
        table={"a": [3.0, 1.0], "b": [1.0, 2.5]},
        flags=[False, None],
        free=[3, {"k": [1, 2.5]}, "no"],
        mapped={"a": 3},
    )
    assert {type(text) for text in (*found.texts, found.pair[1], found.free[2])} == {str}
