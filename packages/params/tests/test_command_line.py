"""From words to params: names, modes, flags, selections, lists, dicts, and what wins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import attrs
import params_zoo as zoo
import pytest

from tfaip.params import CommandLine, CommandLineError, DefinitionError, LoadError, field, from_dict, params, parse

Read = Callable[..., Any]
Mistakes = Callable[..., str]

IMAGES = " --train.images a"


def test_defaults_where_the_line_says_nothing(read: Read) -> None:
    assert read(zoo.NetParams) == zoo.NetParams()


def test_all_types_from_one_line(read: Read) -> None:
    line = (
        "--integer 2 --number 1e-3 --text x --flag --path p --color green --level HIGH --shape SQUARE --literal 2 "
        "--optional 4 --union 5 --optional_union none --integers 3 --texts c --frozen 1 2 --pair 7 y --numbers 4 "
        "--flags a=no --by_level 2=3 --by_number 1=0.5 --moment 2020-01-01 --day 2020-01-02 --hour 01:02 "
        "--duration 90 --maybe 1 none"
    )
    found = read(zoo.AllParams, line)
    assert (found.integer, found.number, found.text, found.flag, found.path) == (2, 1e-3, "x", True, Path("p"))
    assert (found.color, found.level, found.shape) == (zoo.Color.GREEN, zoo.Level.HIGH, zoo.Shape.SQUARE)
    assert (found.literal, found.optional, found.union, found.optional_union) == (2, 4, 5, None)
    assert (found.integers, found.texts, found.frozen) == ([3], {"c"}, frozenset({1, 2}))
    assert (found.pair, found.numbers, found.flags) == ((7, "y"), (4.0,), {"a": False})
    assert (found.by_level, found.by_number) == ({zoo.Level.HIGH: 3}, {1: 0.5})
    assert found.duration.total_seconds() == 90
    assert found.maybe == [1, None]


@pytest.mark.parametrize(
    "line", ["--epochs 3", "--epochs=3", "--max-epochs 3", "--max_epochs=3", "--epochs 9 --epochs 3"]
)
def test_spellings_of_one_argument(read: Read, line: str) -> None:
    assert read(zoo.TrainerParams, line + IMAGES).epochs == 3


def test_abbreviations_do_not_work(mistakes: Mistakes) -> None:
    assert "--epoch: unknown argument" in mistakes(zoo.TrainerParams, "--epoch 3" + IMAGES)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("--verbose", True),
        ("--verbose no", False),
        ("--verbose=0", False),
        ("--no-verbose", False),
        ("--no_verbose", False),
        ("--no-verbose --verbose", True),
        ("--verbose --no-verbose", False),
    ],
)
def test_flags(read: Read, line: str, value: bool) -> None:
    assert read(zoo.TrainerParams, line + IMAGES).verbose is value


def test_flags_deep_in_the_tree_are_negated_at_their_last_part(read: Read) -> None:
    assert read(zoo.TrainerParams, "--net.size.no-crop" + IMAGES).net.size.crop is False


def test_a_field_named_no_something_is_not_a_negation(read: Read) -> None:
    @params
    class Both:
        train: bool = True
        no_train: bool = False

    assert read(Both, "--no_train") == Both(train=True, no_train=True)


def test_a_negated_flag_takes_no_value(mistakes: Mistakes) -> None:
    assert "--no-verbose: takes no value, got '1'" in mistakes(zoo.TrainerParams, "--no-verbose=1" + IMAGES)


@pytest.mark.parametrize("name", ["--optimizer.lr", "--trainer.optimizer.lr"])
def test_flat_names_and_full_paths(read: Read, name: str) -> None:
    assert read(zoo.TrainerParams, f"{name} 0.5" + IMAGES, "trainer").optimizer.lr == 0.5


def test_several_flat_fields_share_a_root_name(read: Read) -> None:
    found = read(zoo.TrainerParams, "--train.images a b --train.batch_size 3 --val.num_processes 1", "trainer")
    assert found.gen.train.images == ["a", "b"]
    assert found.gen.setup.train.batch_size == 3
    assert found.gen.setup.val == zoo.PipelineParams(batch_size=32, num_processes=1)


@pytest.mark.parametrize(
    ("word", "older", "names"),
    [
        ("path", "snake", ("a.inner.value",)),
        ("without_parent", "ssnake", ("a.value", "a.inner.value")),
        ("root", "flat", ("value", "a.inner.value")),
        ("hidden", "ignore", ()),
    ],
)
def test_modes_name_arguments_by_new_and_older_words(word: Any, older: Any, names: tuple[str, ...]) -> None:
    for mode in (word, older):
        inner = params(
            type("Inner", (), {"__annotations__": {"value": int}, "value": field(default=1, mode=mode)})  # made anew
        )
        outer = params(type("Outer", (), {"__annotations__": {"inner": inner}, "inner": field(factory=inner)}))
        command = CommandLine("prog")
        command.add_root("a", outer)
        table = command.read([]).table
        assert {name for name in table.by_name if name.endswith("value")} == set(names)


def test_the_result_is_asked_with_a_name_or_with_the_root() -> None:
    command = CommandLine("prog")
    net = command.add_root("net", zoo.NetParams)
    size = command.add_root("size", zoo.SizeParams | None)
    result = command.parse_or_raise(["--net.activation", "tanh"])
    assert result[net] is result["net"]
    assert result[net].activation == "tanh"
    assert result[size] is None
    assert net in result
    assert CommandLine("other").add_root("trainer", zoo.TrainerParams) not in result


def test_ssnake_drops_the_parent(read: Read) -> None:
    @params
    class Inner:
        value: int = field(default=1, mode="ssnake")

    @params
    class Middle:
        inner: Inner = field(factory=Inner)

    @params
    class Outer:
        middle: Middle = field(factory=Middle)

    assert read(Outer, "--root.middle.value 5", "root").middle.inner.value == 5
    assert read(Outer, "--root.middle.inner.value 6", "root").middle.inner.value == 6


def test_hidden_fields_have_no_argument(mistakes: Mistakes) -> None:
    assert "--version: unknown argument" in mistakes(zoo.TrainerParams, "--version 4" + IMAGES)


def test_two_fields_of_one_name_are_a_definition_error_that_names_both(read: Read) -> None:
    @params
    class Clash:
        one: zoo.SizeParams = field(factory=zoo.SizeParams, mode="flat", aliases=("two",))
        two: zoo.SizeParams = field(factory=zoo.SizeParams, mode="flat")

    with pytest.raises(DefinitionError, match=r"share the argument --two: root\.one and root\.two"):
        read(Clash, "", "root")


@params
class TakesParams:
    config: str = "a"
    show: bool = False
    trust: int = 1
    help: str = "h"
    save_config: int = 3


@params
class HoldsTakesParams:
    config: str = field(default="a", mode="root")
    help: TakesParams = field(factory=TakesParams, mode="root")


def test_fields_may_have_the_names_of_built_in_arguments(
    read: Read, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "--config x --show --trust 2 --help me --save-config 4"
    assert read(TakesParams, words) == TakesParams(config="x", show=True, trust=2, help="me", save_config=4)
    assert read(TakesParams, "--p.config x --p.help y", "p") == TakesParams(config="x", help="y")
    file = tmp_path / "saved.yaml"
    parse(TakesParams, ["--trust", "5", "--tfaip-save-config", str(file)])
    assert parse(TakesParams, ["--tfaip-config", str(file)]).trust == 5
    for request in ("-h", "--tfaip-help"):
        with pytest.raises(SystemExit):
            parse(TakesParams, [request])
        text = capsys.readouterr().out
        assert "  --config STR" in text
        assert "  --tfaip-config FILE" in text
        assert "  --tfaip-help, -h" in text


def test_a_short_name_that_is_built_in_gives_way_to_the_full_one(
    read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(HoldsTakesParams, "--r.config x --r.help.trust 4", "r")
    assert found == HoldsTakesParams(config="x", help=TakesParams(trust=4))
    with pytest.raises(SystemExit):
        parse(HoldsTakesParams, ["--help"], root="r")
    assert "--r.config STR" in capsys.readouterr().out


def test_a_field_cannot_take_a_name_of_the_command() -> None:
    command = CommandLine("prog")
    command.add_argument("--width", type=int)
    command.add_root("", zoo.SizeParams)
    with pytest.raises(DefinitionError, match="the field width takes the name of the command's argument --width"):
        command.read([])


@pytest.mark.parametrize("name", ["Momentum", "SGD", "SGDParams", "params_zoo:SGDParams"])
def test_a_class_is_selected_by_any_of_its_names(read: Read, name: str) -> None:
    found = read(zoo.TrainerParams, f"--optimizer.momentum 0.9 --optimizer {name}" + IMAGES)
    assert found.optimizer == zoo.SGDParams(momentum=0.9)


def test_a_class_is_imported_by_its_tag(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_layers.py").write_text(
        "import params_zoo\nfrom tfaip.params import params\n"
        "@params\nclass Special(params_zoo.ModelBaseParams):\n    twist: int = 4\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = read(zoo.MyScenarioParams, "--model.depth 3")
    assert type(found.model) is zoo.MyModelParams
    found = read(zoo.ModelBaseParams, "--model my_layers:Special --model.twist 5", "model")
    assert (type(found).__name__, found.twist) == ("Special", 5)


def test_selecting_another_class_keeps_what_both_inherit(read: Read) -> None:
    default = zoo.TrainerParams(optimizer=zoo.AdamParams(lr=0.5, clip_norm=3.0))
    found = read(zoo.TrainerParams, "--optimizer SGD", default=default)
    # `clip_norm` is inherited by both; SGD redefines `lr`, so it has a default of its own.
    assert found.optimizer == zoo.SGDParams(lr=0.01, clip_norm=3.0)


def test_selecting_the_same_class_keeps_all(read: Read) -> None:
    default = zoo.TrainerParams(optimizer=zoo.AdamParams(beta_1=0.1))
    assert read(zoo.TrainerParams, "--optimizer Adam", default=default).optimizer.beta_1 == 0.1


def test_the_last_selection_wins_and_values_need_no_order(read: Read) -> None:
    found = read(zoo.TrainerParams, "--optimizer SGD --optimizer.beta_1 0.3 --optimizer Adam" + IMAGES)
    assert found.optimizer == zoo.AdamParams(beta_1=0.3)


def test_a_field_of_a_class_that_is_not_selected_names_the_class(mistakes: Mistakes) -> None:
    text = mistakes(zoo.TrainerParams, "--optimizer.momentum 0.5" + IMAGES)
    assert "momentum belongs to Momentum, not to Adam; select --optimizer Momentum" in text


def test_enforced_choices_of_classes(mistakes: Mistakes, read: Read) -> None:
    @params
    class Strict:
        layer: zoo.LayerParams = field(factory=zoo.ConvParams, choices=[zoo.ConvParams], enforce_choices=True)

    assert "--layer: FC isn't supported here, allowed: Conv" in mistakes(Strict, "--layer params_zoo:DenseParams")
    assert read(Strict, "--layer Conv").layer == zoo.ConvParams()


def test_optional_params_are_none_selected_and_none_again(read: Read) -> None:
    assert read(zoo.TrainerParams, IMAGES).warmstart is None
    assert read(zoo.TrainerParams, "--warmstart --warmstart.trim" + IMAGES).warmstart == zoo.WarmstartParams(trim=True)
    default = zoo.TrainerParams(warmstart=zoo.WarmstartParams())
    assert read(zoo.TrainerParams, "--warmstart none", default=default).warmstart is None


def test_a_class_without_default_has_to_be_selected(mistakes: Mistakes, read: Read) -> None:
    @params
    class Needs:
        optimizer: zoo.OptimizerParams = field(required=True)

    assert read(Needs, "--optimizer Adam").optimizer == zoo.AdamParams()
    text = mistakes(Needs, "--optimizer.lr 3")
    assert "--optimizer is not selected; select a class first: --optimizer Adam" in text
    assert "--optimizer: a class must be selected (OptimizerParams)" in text


@params
class NeedsDefaults:
    size: zoo.SizeParams = field(factory=zoo.SizeParams, required=True, help="The size")
    fixed: zoo.SizeParams = field(factory=zoo.SizeParams, required=True, fixed_class=True)
    maybe: zoo.SizeParams | None = field(default=None, required=True)


def test_a_required_field_with_a_default_instance_says_how_it_is_set(mistakes: Mistakes) -> None:
    assert mistakes(NeedsDefaults, "") == (
        "--size: is required (SizeParams)\n  The size\n"
        "  give the name of a class, or set one of its fields: width, height, crop\n"
        "--fixed: is required (SizeParams)\n  set one of its fields: width, height, crop\n"
        "--maybe: is required (SizeParams | none)\n  give the name of a class, or none"
    )


def test_a_required_field_with_a_default_instance_is_set_by_its_class_or_by_a_field(read: Read) -> None:
    given = "--size Size --fixed.width 4 --maybe none"
    expected = NeedsDefaults(fixed=zoo.SizeParams(width=4))
    assert read(NeedsDefaults, given) == expected
    assert read(NeedsDefaults, "--fixed.width 4 --size.width 3 --maybe Size").maybe == zoo.SizeParams()


def test_an_instance_given_as_default_sets_the_required_fields(read: Read) -> None:
    assert read(NeedsDefaults, "", default=NeedsDefaults()) == NeedsDefaults()


def test_an_abstract_class_cannot_be_selected(mistakes: Mistakes) -> None:
    text = mistakes(zoo.TrainerParams, "--optimizer params_zoo:OptimizerParams" + IMAGES)
    assert "OptimizerParams is abstract" in text


def test_lists_of_params_by_index(read: Read) -> None:
    found = read(zoo.NetParams, "--layers FC Conv Conv --layers.1.filters 3 --layers.2.kernel 5 6 --layers.0.name x")
    assert found.layers == [
        zoo.DenseParams(name="x"),
        zoo.ConvParams(filters=3),
        zoo.ConvParams(kernel=(5, 6)),
    ]


def test_default_elements_by_index(read: Read) -> None:
    found = read(zoo.NetParams, "--layers.1.units 7")
    assert found.layers == [zoo.ConvParams(), zoo.DenseParams(units=7)]


def test_selecting_a_list_again_discards_the_default_elements(read: Read) -> None:
    assert read(zoo.NetParams, "--layers FC").layers == [zoo.DenseParams()]


def test_a_single_element_is_selected(read: Read) -> None:
    assert read(zoo.NetParams, "--layers.0 FC").layers == [zoo.DenseParams(), zoo.DenseParams(units=5)]


def test_a_list_without_elements_is_empty(read: Read) -> None:
    assert read(zoo.NetParams, "--layers").layers == []


def test_dicts_of_params_by_key(read: Read) -> None:
    found = read(zoo.NetParams, "--heads main=params_zoo:DenseParams aux-1 --heads.main.units 3 --heads.aux_1.name n")
    assert found.heads == {"main": zoo.DenseParams(units=3), "aux-1": zoo.LayerParams(name="n")}


def test_optional_lists_and_dicts_of_params(read: Read) -> None:
    @params
    class Lists:
        sizes: list[zoo.SizeParams | None] | None = None
        named: dict[int, zoo.SizeParams] | None = field(factory=dict)

    assert read(Lists, "--sizes Size none --named 3=Size") == Lists(
        sizes=[zoo.SizeParams(), None], named={3: zoo.SizeParams()}
    )
    assert read(Lists, "--sizes none --named none") == Lists(sizes=None, named=None)


def test_nargs_plus_refuses_empty(mistakes: Mistakes) -> None:
    @params
    class Plus:
        words: list[str] = field(factory=list, nargs="+")
        pairs: dict[str, int] | None = field(default=None, nargs="+")
        layers: list[zoo.LayerParams] = field(factory=list, nargs="+")
        heads: dict[str, zoo.LayerParams] = field(factory=dict, nargs="+")

    assert mistakes(Plus, "--words --pairs --layers --heads").splitlines() == [
        "--words: expects at least one value (str), got none",
        "--pairs: expects at least one key=value (dict[str, int]), got none",
        "--layers: expects at least one class (LayerParams), got none",
        "--heads: expects at least one key=class (dict[str, LayerParams]), got none",
    ]


def test_tuple_like_params_in_order_and_by_name(read: Read, mistakes: Mistakes) -> None:
    assert read(zoo.NetParams, "--size 4").size == zoo.SizeParams(width=4)
    assert read(zoo.NetParams, "--size 4 5 yes").size == zoo.SizeParams(width=4, height=5, crop=True)
    assert read(zoo.NetParams, "--size 4 --size.height 6").size == zoo.SizeParams(width=4, height=6)
    assert "expects 1 to 3 values (width height crop), got 4" in mistakes(zoo.NetParams, "--size 1 2 true 3")
    assert "got 'maybe'" in mistakes(zoo.NetParams, "--size 1 2 maybe")


def test_optional_tuple_like_params(read: Read) -> None:
    @params
    class Sized:
        size: zoo.SizeParams | None = field(default=None, tuple_like=True)

    assert read(Sized, "--size 4 5").size == zoo.SizeParams(width=4, height=5)
    assert read(Sized, "--size none", default=Sized(size=zoo.SizeParams())).size is None


def test_tuple_like_needs_single_words(mistakes: Mistakes) -> None:
    @params
    class Nested:
        inner: zoo.NetParams = field(factory=zoo.NetParams, tuple_like=True)

    assert "layers can't be set in order, only by its own argument" in mistakes(Nested, "--inner 3")


def test_fixed_classes_cannot_be_selected(mistakes: Mistakes) -> None:
    assert "--gen: is a group of arguments" in mistakes(zoo.TrainerParams, "--gen Data" + IMAGES)


def test_a_fixed_optional_class_can_be_none_or_that(read: Read, mistakes: Mistakes) -> None:
    @params
    class Fixed:
        layer: zoo.LayerParams | None = field(factory=zoo.LayerParams, fixed_class=True)

    assert read(Fixed, "--layer none").layer is None
    for line in ("--layer", "--layer Layer"):
        assert read(Fixed, line, default=Fixed(layer=None)).layer == zoo.LayerParams()
    assert mistakes(Fixed, "--layer Conv") == "--layer: the class is fixed to LayerParams | none, got 'Conv'"


def test_values_of_a_default_instance_are_kept(read: Read) -> None:
    default = zoo.TrainerParams(epochs=7, net=zoo.NetParams(layers=[zoo.ConvParams(filters=9)]))
    found = read(zoo.TrainerParams, "--net.layers.0.kernel 1 1", default=default)
    assert found.epochs == 7
    assert found.net.layers == [zoo.ConvParams(filters=9, kernel=(1, 1))]
    assert default.net.layers == [zoo.ConvParams(filters=9)]


def test_the_result_shares_no_collection_with_the_default_instance(read: Read) -> None:
    default = zoo.NetParams()
    assert read(zoo.NetParams, "", default=default).nodes is not default.nodes


def test_required_fields(read: Read, mistakes: Mistakes) -> None:
    assert mistakes(zoo.TrainerParams, "") == "--train.images: is required (list[str])\n  Images to train on"
    assert read(zoo.TrainerParams, "", default=zoo.TrainerParams()).gen.train.images == []
    command = CommandLine("prog", check_required=False)
    command.add_root("trainer", zoo.TrainerParams)
    assert command.parse_or_raise([])["trainer"] == zoo.TrainerParams()


def test_a_field_without_default_is_required(read: Read, mistakes: Mistakes) -> None:
    @params
    class Bare:
        name: str
        size: zoo.SizeParams = field(fixed_class=True)

    assert mistakes(Bare, "") == "--name: is required (str)"
    assert read(Bare, "--name x --size.width 3") == Bare(name="x", size=zoo.SizeParams(width=3))


def test_validators_and_converters_read_like_other_mistakes(mistakes: Mistakes, read: Read) -> None:
    assert read(zoo.CheckedParams, "--name abc").name == "ABC"
    assert mistakes(zoo.CheckedParams, "--p.count -1 --p.ratio 2", "p").splitlines() == [
        "--p.count: must be > 0, got -1",
        "--p.ratio: must be <= 1, got 2.0",
    ]
    assert mistakes(zoo.CheckedParams, "--p.low 10", "p") == "--p: low must be <= high"


def test_a_class_that_holds_a_wrong_one_tells_its_own_mistakes_too(mistakes: Mistakes) -> None:
    @params
    class Outer:
        inner: zoo.CheckedParams = field(factory=zoo.CheckedParams)
        size: int = field(default=1, validator=attrs.validators.ge(1))

    assert mistakes(Outer, "--inner.count -1 --size 0").splitlines() == [
        "--inner.count: must be > 0, got -1",
        "--size: must be >= 1, got 0",
    ]


def test_a_converter_that_fails_names_the_argument(mistakes: Mistakes) -> None:
    def refuse(value: Any) -> int:
        if value == 3:
            raise ValueError("three is right out")
        return int(value)

    @params
    class Converted:
        x: int = field(default=1, converter=refuse)

    assert mistakes(Converted, "--x 3") == "--x: three is right out, got 3"


def test_post_init_runs_from_the_leaves_to_the_root(read: Read) -> None:
    found = read(zoo.DerivedParams, "--parts 4 5")
    assert (found.total, found.inner.width, found.calls) == (9, 9, 1)


def test_post_init_that_refuses_is_a_mistake(mistakes: Mistakes) -> None:
    @params
    class Refusing:
        x: int = 1

        def post_init(self) -> None:
            raise ValueError("x and the moon don't fit")

    assert mistakes(Refusing, "", "p") == "--p: Refusing.post_init: x and the moon don't fit"


@pytest.mark.parametrize("error", [KeyError("x"), AssertionError(), TypeError("no number"), RuntimeError()])
def test_post_init_that_fails_in_any_way_names_its_class_and_line(mistakes: Mistakes, error: Exception) -> None:
    @params
    class Failing:
        x: int = 1

        def post_init(self) -> None:
            raise error

    @params
    class Whole:
        part: Failing = field(factory=Failing)

    said = mistakes(Whole, "", "p")
    assert said.startswith(f"--p: Failing.post_init: {type(error).__name__}")
    assert "(test_command_line.py, line " in said
    with pytest.raises(LoadError, match=r"Failing\.post_init"):
        from_dict(Whole, {})


def test_post_init_that_finds_no_file_is_a_mistake(mistakes: Mistakes) -> None:
    @params
    class Reading:
        file: str = "codec.txt"

        def post_init(self) -> None:
            raise FileNotFoundError(2, "No such file or directory", self.file)

    @params
    class Whole:
        part: Reading = field(factory=Reading)

    said = "Reading.post_init: [Errno 2] No such file or directory: 'codec.txt'"
    assert mistakes(Whole, "", "p") == f"--p: {said}"
    with pytest.raises(LoadError) as refused:
        from_dict(Whole, {})
    assert str(refused.value).endswith(said)


def test_several_roots_beside_plain_arguments() -> None:
    command = CommandLine("prog")
    command.add_root("net", zoo.NetParams)
    command.add_root("size", zoo.SizeParams, default=zoo.SizeParams(width=1))
    command.add_argument("scenario", required=True)
    command.add_argument("rest", type=list[str])
    command.add_argument("--dry-run", "-n", type=bool)
    command.add_argument("--seed", type=int | None, default=3)
    command.add_argument("--tag", repeat=True)
    line = "my.scenario -n --net.activation tanh --size.height 2 --tag a --tag b --net.size.crop more"
    result = command.parse_or_raise(line.split())
    assert (result["net"].activation, result["size"]) == ("tanh", zoo.SizeParams(width=1, height=2))
    assert list(result) == ["net", "size"]
    assert len(result) == 2
    assert result.arguments.scenario == "my.scenario"
    assert result.arguments.rest == ["more"]
    assert result.arguments["dry-run"] is True
    assert command.parse_or_raise(["x", "-n=no"]).arguments.dry_run is False
    assert (result.arguments.seed, result.arguments.tag) == (3, ["a", "b"])
    assert "seed" in result.arguments
    assert "seed=3" in repr(result)
    with pytest.raises(AttributeError, match="no argument 'nothing', there are scenario, rest"):
        _ = result.arguments.nothing


def test_words_that_an_argument_does_not_take_are_positional() -> None:
    command = CommandLine("prog")
    command.add_argument("words", type=list[str])
    command.add_root("net", zoo.NetParams)
    line = "a --net.activation=tanh b --net.size.crop c --net.layers.0.kernel 1 2 d"
    assert command.parse_or_raise(line.split()).arguments.words == ["a", "b", "c", "d"]


def test_positional_words_after_a_double_dash() -> None:
    command = CommandLine("prog")
    command.add_argument("words", type=list[str])
    assert command.parse_or_raise(["--", "--help", "-x"]).arguments.words == ["--help", "-x"]


def test_plain_arguments_are_checked() -> None:
    command = CommandLine("prog")
    command.add_argument("count", type=int, required=True, help="How many")
    command.add_argument("--mode", choices=["fast", "slow"], required=True)
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(["--mode", "quick", "x"])
    assert [str(m) for m in caught.value.mistakes] == [
        "--mode: must be one of fast, slow, got 'quick'",
        "COUNT: must be a whole number, got 'x'",
    ]
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise([])
    assert [str(m) for m in caught.value.mistakes] == [
        "COUNT: is required (int)\n  How many",
        "--mode: is required (str)",
    ]


def test_words_that_plain_arguments_do_not_take() -> None:
    command = CommandLine("prog")
    command.add_argument("--fast", type=bool)
    command.add_argument("--count", "-c", type=int)
    with pytest.raises(CommandLineError) as caught:
        command.parse_or_raise(["--fast", "maybe", "-c", "1", "2", "--show-completion", "fish", "x"])
    assert str(caught.value).splitlines() == [
        "--fast: must be true, yes, 1, false, no, 0 or nothing, got 'maybe'",
        "-c: unexpected value '2'",
        "  it takes one value (int)",
        "--show-completion: unexpected value 'x'",
        "  it takes one value (bash|zsh|fish)",
    ]


def test_hidden_prefixes_of_a_root(mistakes: Mistakes, read: Read) -> None:
    hidden = {"hidden": ["optimizer", "trainer.net.size"], "root": "trainer"}
    assert "--optimizer.lr: unknown argument" in mistakes(zoo.TrainerParams, "--optimizer.lr 1" + IMAGES, **hidden)
    assert "--net.size.width: unknown" in mistakes(zoo.TrainerParams, "--net.size.width 1" + IMAGES, **hidden)
    assert read(zoo.TrainerParams, IMAGES, **hidden).optimizer == zoo.AdamParams()


def test_the_class_of_a_root_is_selected(read: Read, mistakes: Mistakes) -> None:
    assert read(zoo.LayerParams, "--layer Conv --layer.filters 3", "layer") == zoo.ConvParams(filters=3)
    assert "--layer: is a group of arguments" in mistakes(zoo.LayerParams, "--layer Conv", "layer", fixed_class=True)
    assert read(zoo.OptimizerParams, "--opt Adam", "opt") == zoo.AdamParams()
    assert mistakes(zoo.OptimizerParams, "", "opt") == "--opt: a class must be selected (OptimizerParams)"
    assert mistakes(zoo.OptimizerParams, "--opt Adm", "opt").startswith("--opt: no class named 'Adm'")


def test_a_selection_that_fails_is_one_mistake_however_it_is_spelled(mistakes: Mistakes) -> None:
    @params
    class Needs:
        optimizer: zoo.OptimizerParams = field(required=True, mode="flat")

    for name in ("--optimizer", "--root.optimizer"):
        text = mistakes(Needs, f"{name} Quux", "root")
        assert text == f"{name}: no class named 'Quux'\n  allowed: Adam, Momentum, or module:Class"


def test_an_optional_root(read: Read) -> None:
    assert read(zoo.SizeParams | None, "", "size") is None
    assert read(zoo.SizeParams | None, "--size --size.width 3", "size") == zoo.SizeParams(width=3)


def test_a_union_of_params_classes(read: Read, mistakes: Mistakes) -> None:
    @params
    class Either:
        thing: zoo.SizeParams | zoo.ConvParams = field(factory=zoo.SizeParams)

    assert read(Either, "--thing Conv --thing.filters 2").thing == zoo.ConvParams(filters=2)
    assert "doesn't derive from params_zoo:SizeParams or params_zoo:ConvParams" in mistakes(
        Either, "--thing params_zoo:NetParams"
    )


def test_generic_roots_fill_their_type_variables(read: Read) -> None:
    found = read(zoo.MyTrainerParams, "--data.mine 3 --trainer.scenario.model.width 4 --data.folder x", "trainer")
    assert found.scenario.data == zoo.MyDataParams(mine=3, folder="x")
    assert found.scenario.model == zoo.MyModelParams(width=4)


def test_a_type_variable_without_argument_leaves_the_class_to_be_selected(read: Read, mistakes: Mistakes) -> None:
    text = mistakes(zoo.GenericTrainerParams, "")
    assert text == "--scenario: a class must be selected (ScenarioBaseParams)"
    found = read(zoo.GenericTrainerParams, "--scenario MyScenario --data.mine 3")
    assert found.scenario.data == zoo.MyDataParams(mine=3)


@params
class OtherDataParams(zoo.MyDataParams):
    other: int = 1


@params
class PlainScenarioParams(zoo.ScenarioBaseParams[zoo.DataBaseParams, zoo.ModelBaseParams]):
    def cls(self) -> type:
        return int


def test_selecting_a_class_with_other_type_arguments_keeps_what_fits(read: Read) -> None:
    default = zoo.GenericTrainerParams(scenario=zoo.MyScenarioParams(data=OtherDataParams(folder="mine", other=7)))
    wider = read(zoo.GenericTrainerParams, "--scenario PlainScenario", default=default).scenario
    assert wider.data == OtherDataParams(folder="mine", other=7)
    plain = zoo.GenericTrainerParams(scenario=PlainScenarioParams(data=zoo.DataBaseParams(folder="plain")))
    narrower = read(zoo.GenericTrainerParams, "--scenario MyScenario", default=plain).scenario
    assert narrower.data == zoo.MyDataParams(folder="plain")


T = TypeVar("T", bound=zoo.DataBaseParams)


@params
class Box(Generic[T]):
    content: T = field()


@params
class Holder:
    box: Box[zoo.MyDataParams] = field()


def test_a_fixed_class_that_is_abstract_cannot_be_made_up(mistakes: Mistakes) -> None:
    @params
    class Fixed:
        optimizer: zoo.OptimizerParams = field(fixed_class=True)

    assert mistakes(Fixed, "") == "--optimizer: a class must be selected (OptimizerParams)"


def test_parametrised_classes_hand_their_arguments_on(read: Read) -> None:
    assert read(Holder, "--box.content.mine 3").box.content == zoo.MyDataParams(mine=3)
    assert read(Holder, "--box Box --box.content.mine 4").box.content.mine == 4
    assert read(Box[zoo.MyDataParams], "--content.mine 5").content.mine == 5


def test_plain_attrs_classes_and_dataclasses_nest(read: Read) -> None:
    found = read(zoo.PlainHolderParams, "--attrs_class.count 3 --data_class.rate 1 --data_class.tags a b")
    assert found.attrs_class == zoo.PlainAttrs(count=3)
    assert found.data_class == zoo.PlainData(rate=1.0, tags=["a", "b"])


def test_choices_hold_inside_lists_and_dicts(mistakes: Mistakes, read: Read) -> None:
    @params
    class Chosen:
        words: list[str] = field(factory=list, choices=["a", "b"])
        named: dict[str, int] | None = field(default=None, choices=[1, 2])
        pair: tuple[str, str] = field(default=("a", "b"), choices=["a", "b"])
        loose: str = field(default="a", choices=["a", "b"], enforce_choices=False)

    assert read(Chosen, "--words b --named x=2 --pair b b --loose c").loose == "c"
    text = mistakes(Chosen, "--words c --named x=3 --pair a c")
    assert text.count("must be one of") == 3


def test_choices_that_are_not_enforced_still_have_a_type(read: Read, mistakes: Mistakes) -> None:
    @params
    class Loose:
        count: int = field(default=1, choices=[1, 2], enforce_choices=False)

    assert read(Loose, "--count 3").count == 3
    assert mistakes(Loose, "--count x") == "--count: must be a whole number, got 'x'"


def test_derived_defaults_of_attrs_are_left_to_attrs(read: Read) -> None:
    import attrs

    @params
    class Computed:
        a: int = 2
        b: int = attrs.field(default=attrs.Factory(lambda self: self.a * 10, takes_self=True))

    assert read(Computed, "--a 3") == Computed(a=3, b=30)
    assert read(Computed, "--a 3 --b 1").b == 1


def test_parse_reads_a_script_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["script.py", "--width", "3"])
    assert parse(zoo.SizeParams) == zoo.SizeParams(width=3)
    assert parse(zoo.SizeParams, ["--s.width", "4"], root="s", default=zoo.SizeParams(height=1)).height == 1


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (list[slice], r"Bad\.x: slice can't come from the command line.*hide the field"),
        (dict[list[int], int], r"Bad\.x: the keys of a dict are single values, got list\[int\]"),
    ],
)
def test_a_type_that_cannot_be_read_names_class_and_field(read: Read, annotation: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        params(type("Bad", (), {"__annotations__": {"x": annotation}, "x": field(default=1)}))
    hidden = params(type("Hidden", (), {"__annotations__": {"x": annotation}, "x": field(default=1, mode="ignore")}))
    assert read(hidden).x == 1


@pytest.mark.parametrize(
    ("annotation", "options", "message"),
    [
        (int, {"tuple_like": True}, "tuple_like and fixed_class go with fields that hold params"),
        (int, {"nargs": "+"}, "nargs goes with a list, set or dict, not with int"),
        (int, {"choices": [int]}, "choices are classes, but the field doesn't hold params"),
        (zoo.SizeParams, {"choices": [zoo.ConvParams]}, "choices must be subclasses of SizeParams"),
        (list[zoo.SizeParams], {"tuple_like": True}, "tuple_like goes with one params class"),
    ],
)
def test_options_that_do_not_go_with_the_type(annotation: Any, options: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        params(type("Bad", (), {"__annotations__": {"x": annotation}, "x": field(default=None, **options)}))


def test_wrong_roots_and_arguments_are_definition_errors() -> None:
    command = CommandLine("prog")
    command.add_root("size", zoo.SizeParams)
    with pytest.raises(DefinitionError, match="two roots named 'size'"):
        command.add_root("size", zoo.SizeParams)
    with pytest.raises(DefinitionError, match="expects a params class"):
        command.add_root("number", int)
    with pytest.raises(DefinitionError, match="expects a params class, got an instance of SizeParams; give it as def"):
        command.add_root("instance", zoo.SizeParams())  # type: ignore[call-overload]  # the mistake
    with pytest.raises(
        TypeError, match="argv is a list of words, got the text '--size.width 3'; split it by shlex.split"
    ):
        command.parse_or_raise("--size.width 3")
    with pytest.raises(DefinitionError, match="can't come from"):
        command.add_root("thing", slice)
    with pytest.raises(DefinitionError, match="the default must be a SizeParams, got a NetParams"):
        command.add_root("other", zoo.SizeParams, default=zoo.NetParams())
    with pytest.raises(DefinitionError, match="params are added with add_root"):
        command.add_argument("--size", type=zoo.SizeParams)
    with pytest.raises(DefinitionError, match="two arguments named help"):
        command.add_argument("--help", type=bool)
    with pytest.raises(DefinitionError, match="one positional name"):
        command.add_argument("a", "b")


def test_a_class_that_is_not_decorated_itself_is_an_error_when_stored() -> None:
    from tfaip.params import ParamsError, to_dict

    class Undecorated(zoo.SizeParams):
        pass

    with pytest.raises(ParamsError, match="isn't decorated with @params itself"):
        to_dict(Undecorated())


def test_none_among_the_choices_is_spelled_as_everywhere(read: Read, mistakes: Mistakes) -> None:
    @params
    class Chosen:
        mode: str | None = field(default="a", choices=["a", None])

    assert read(Chosen, "--mode none").mode is None
    assert "must be one of a, none, got 'b'" in mistakes(Chosen, "--mode b")


@params
class Rated:
    lr: float = field(default=1.0, aliases=("-l", "--learning-rate", "rate"))
    l: int = 0  # noqa: E741 - the letter of the alias
    name: str = ""


@params
class Rates:
    rated: Rated = field(factory=Rated, aliases=("-r", "--rates"))
    quiet: bool = field(default=False, aliases=("-q",))
    many: list[Rated] = field(factory=list)
    words: list[str] = field(factory=list)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-l 2", Rates(rated=Rated(lr=2))),
        ("-l=2", Rates(rated=Rated(lr=2))),
        ("--learning-rate 2", Rates(rated=Rated(lr=2))),
        ("--learning_rate=2", Rates(rated=Rated(lr=2))),
        ("--rated.rate 2", Rates(rated=Rated(lr=2))),
        ("--rates.lr 2", Rates(rated=Rated(lr=2))),
        ("--rated.l 3 -l 2", Rates(rated=Rated(lr=2, l=3))),
        ("-r Rated -q -l 2", Rates(quiet=True, rated=Rated(lr=2))),
        ("--words -x -y -q", Rates(quiet=True, words=["-x", "-y"])),
        ("--rated.name -x", Rates(rated=Rated(name="-x"))),
        ("--many Rated Rated --many.1.rate 2 -l 3", Rates(rated=Rated(lr=3), many=[Rated(), Rated(lr=2)])),
    ],
)
def test_aliases_with_dashes_are_taken_as_written(read: Read, words: str, expected: Rates) -> None:
    assert read(Rates, words) == expected


def test_mistakes_about_short_aliases_spell_them_as_written(mistakes: Mistakes) -> None:
    assert mistakes(Rates, "-l x") == "-l: must be a number, got 'x'"
    clash = params(type("Clash", (), {"__annotations__": {"x": int}, "x": field(default=1, aliases=("-h",))}))
    with pytest.raises(DefinitionError, match="takes the name of the command's argument -h"):
        mistakes(clash, "--x 1")


def test_parse_without_exits_raises_all_mistakes_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(zoo.SizeParams, ["--width", "3"], exits=False).width == 3
    with pytest.raises(CommandLineError) as caught:
        parse(zoo.SizeParams, ["--width", "wide", "--heigth", "3"], exits=False)
    assert [mistake.where for mistake in caught.value.mistakes] == ["--width", "--heigth"]
    assert parse(zoo.SizeParams, ["--help"], exits=False) == zoo.SizeParams()
    assert capsys.readouterr() == ("", "")


def test_an_alias_of_two_dashes_may_be_a_path(read: Read) -> None:
    @params
    class Rate:
        lr: float = field(default=0.1, aliases=("--train.learning-rate",))

    @params
    class Holder:
        rate: Rate = field(factory=Rate)

    for name in ("--rate.lr", "--train.learning-rate", "--train.learning_rate"):
        assert read(Holder, f"{name} 0.5").rate.lr == 0.5
