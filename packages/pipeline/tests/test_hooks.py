import functools
import inspect
from types import SimpleNamespace
from unittest import mock

import pytest
from pipeline_cases import DataParams, NumbersParams

from tfaip.pipeline import (
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataProcessorParams,
    MappingDataProcessor,
    PipelineMode,
)
from tfaip.pipeline.errors import HookError
from tfaip.pipeline.hooks import FORMER_HOOKS, Hooked, hook, hook_with, hooks_of, is_ours

# The bases of these tests count as the framework's own, as those of `tfaip.pipeline` do.
OURS = {"__module__": "tfaip.pipeline.tested"}


def base(name="Base", **members):
    return type(name, (Hooked,), {**OURS, **members})


class OfThree(base(vote=hook(lambda self, inputs, targets, outputs: None))):
    pass


def subclass(method, of=OfThree, name="vote"):
    return type("Mine", (of,), {name: method, "__module__": __name__})


# Hooks that are gone.


def test_a_hook_that_nothing_calls_any_more_names_its_successor():
    with pytest.raises(HookError, match=r"Mine\.steps_per_epoch \(.*test_hooks\.py:\d+\) is a hook of .*__len__"):

        class Mine(DataGenerator):
            def steps_per_epoch(self):
                return 3


@pytest.mark.parametrize(("of", "name"), [(base, name) for base, names in FORMER_HOOKS.items() for name in names])
def test_each_former_hook_is_refused_as_function_class_method_and_static_method(of, name):
    owner = base(of)
    for method in (lambda *_: None, classmethod(lambda *_: None), staticmethod(lambda *_: None)):
        with pytest.raises(HookError) as refused:
            subclass(method, owner, name)
        assert str(refused.value).endswith(FORMER_HOOKS[of][name])


def test_a_former_hook_of_a_mixin_is_found():
    mixin = type("Mixin", (), {"params_cls": classmethod(lambda cls: None)})
    with pytest.raises(HookError, match="params_cls"):
        type("Mine", (mixin, DataBase), {})


def test_methods_of_the_user_are_never_refused():
    class Mine(DataBase):
        def steps_per_epoch(self):
            """A former hook of generators, by a public name that any class may use."""

        def _load_model(self):
            """A former hook of predictors, by a name that any class may use."""

        def _print_sample(self, *lines):
            pass

        def load(self, path, retries):
            pass

    assert Mine.load is not None


def test_a_method_that_the_class_calls_itself_is_no_forgotten_hook():
    class Mine(DataGenerator):
        def steps_per_epoch(self):
            return 3

        def generate(self):
            return (None for _ in range(self.steps_per_epoch()))

    assert list(Mine(PipelineMode.TRAINING, NumbersParams()).generate()) == [None] * 3


def test_a_method_that_is_looked_up_by_its_name_is_no_forgotten_hook():
    class Mine(DataGenerator):
        def steps_per_epoch(self):
            return 3

        def generate(self):
            count = "steps_per_epoch"
            return (None for _ in range(getattr(self, count)()))

    assert list(Mine(PipelineMode.TRAINING, NumbersParams()).generate()) == [None] * 3


def test_two_names_of_one_method_serve_both_versions():
    class Mine(MappingDataProcessor):
        def apply(self, sample):
            return sample

        apply_on_sample = apply

    assert Mine.apply_on_sample is Mine.apply


def test_a_call_of_the_former_base_method_does_not_count_as_use():
    with pytest.raises(HookError, match="steps_per_epoch"):

        class Mine(DataGenerator):
            def steps_per_epoch(self):
                return super().steps_per_epoch() + 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("_print_prediction", "is a hook of tfaip 1.2 that nothing calls any more: `ModelBase._print_evaluate`"),
        ("_print_evaluate", "is a hook of ModelBase, which nothing calls here"),
    ],
)
def test_a_hook_of_another_class_is_refused_by_its_private_name(name, message):
    with pytest.raises(HookError, match=message):
        type("Mine", (DataBase,), {name: lambda self, *_: None})


def test_a_mixin_may_hold_a_hook_for_another_class_that_shares_it():
    mixin = type("Mixin", (), {"_print_evaluate": lambda self, *_: None, "shown": lambda self: "text"})
    assert type("Mine", (mixin, DataBase), {"__module__": __name__})(DataParams()).shown() == "text"


# Signatures.

REFUSED = {
    "too few": (lambda self, inputs_targets, outputs: None, "too many positional"),
    "too many": (lambda self, inputs, targets, outputs, meta: None, "missing a required argument: 'meta'"),
    "another order": (lambda self, inputs, outputs, targets: None, "'outputs' would be given 'targets'"),
    "by name only": (lambda self, *, inputs, targets, outputs: None, "too many positional"),
    "no method": ({"ce": 1}, "must be a method"),
    "a property": (property(lambda self: None), "must be a method"),
    "a cached property": (functools.cached_property(lambda self: None), "must be a method"),
    "a static method with self": (staticmethod(lambda self, inputs, targets, outputs: None), "missing a required"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hook_that_can_not_be_called_is_refused_with_the_signature_wanted(what):
    method, problem = REFUSED[what]
    with pytest.raises(HookError) as refused:
        subclass(method)
    message = str(refused.value)
    assert "Mine.vote" in message
    assert "must be written as `def vote(self, inputs, targets, outputs)`: " in message
    assert problem in message


def passing_on(method):
    """A decorator that tells, by `wraps`, the signature of what it wraps and takes another one."""

    @functools.wraps(method)
    def wrapper(self, inputs, targets, outputs):
        return method(self, (inputs, targets), outputs)

    return wrapper


def telling_another_signature(method):
    """A decorator that copies what it wraps tells of itself, as `tf.function` does."""

    @functools.wraps(method)
    def wrapper(self, inputs, targets, outputs):
        return method(self, (inputs, targets), outputs)

    wrapper.__signature__ = inspect.signature(method)
    return wrapper


class CallsOnThree:
    """Python gives such an object no `self` of the class that holds it."""

    def __call__(self, inputs, targets, outputs):
        return None


ALLOWED = {
    "as wanted": lambda self, inputs, targets, outputs: None,
    "other names": lambda this, x, y, prediction: None,
    "defaults": lambda self, inputs, targets, outputs, epsilon=1e-7, *, scale=1: None,
    "any arguments": lambda self, *args, **kwargs: None,
    "some arguments": lambda self, inputs, *others: None,
    "by position only": lambda self, inputs, targets, outputs, /: None,
    "a static method": staticmethod(lambda inputs, targets, outputs: None),
    "a class method": classmethod(lambda cls, inputs, targets, outputs: None),
    "a decorator that turns the call": passing_on(lambda self, inputs_targets, outputs: None),
    "a decorator that tells another signature": telling_another_signature(lambda self, inputs_targets, outputs: None),
    "a cache": functools.lru_cache(lambda self, inputs, targets, outputs: None),
    "a partial method": functools.partialmethod(lambda self, scale, inputs, targets, outputs: None, 2),
    "a partial function": functools.partial(lambda scale, inputs, targets, outputs: None, 2),
    "a callable object": CallsOnThree(),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_hook_that_can_be_called_is_allowed(what):
    cls = subclass(ALLOWED[what])
    cls().vote((), (), ())


class RaisesForAnyName(dict):
    __getattr__ = dict.__getitem__


def test_a_value_that_users_keep_in_their_class_is_not_asked_for_attributes():
    kept = {"DEFAULTS": RaisesForAnyName(depth=3), "called": mock.call}
    cls = type("Mine", (OfThree,), {**kept, "__module__": __name__})
    assert cls().DEFAULTS.depth == 3


def test_a_class_hook_must_be_a_class_method():
    of = base(kind=classmethod(hook(lambda cls: None)))
    with pytest.raises(HookError, match=r"`@classmethod def kind\(cls\)`: it must be a class method"):
        subclass(lambda self: None, of, "kind")
    assert subclass(staticmethod(lambda: 3), of, "kind").kind() == 3


def test_an_argument_that_is_given_by_name_must_have_that_name():
    of = base(build=hook_with("training")(lambda self, inputs, training=None: None))
    assert subclass(lambda self, inputs, *, training=None: None, of, "build")
    with pytest.raises(HookError, match=r"`def build\(self, inputs, training=None\)`: .*'training'"):
        subclass(lambda self, inputs, train=None: None, of, "build")


def test_a_hook_of_a_mixin_and_of_a_class_between_is_looked_at():
    mixin = type("Mixin", (), {"vote": lambda self, inputs_targets, outputs: None})
    with pytest.raises(HookError, match="vote"):
        type("Mine", (mixin, OfThree), {})
    between = subclass(lambda self, *all_of_them: None)
    with pytest.raises(HookError, match="vote"):
        subclass(lambda self: None, between)


def test_the_hooks_of_a_processor_are_known():
    assert set(hooks_of(MappingDataProcessor)) == {"apply", "preload", "supports_preload", "is_valid_sample"}


@pytest.mark.parametrize(
    ("module", "ours"),
    [
        ("tfaip.model.graph", True),
        ("tfaip.trainer", True),
        ("tfaip.model.testing.points.model", False),
        ("tfaip.templates.general.model", False),
        ("tfaip.atr.model", False),
        ("tfaip.modelling", False),
        ("examples.atr.model", False),
    ],
)
def test_only_modules_of_the_framework_are_ours(module, ours):
    assert is_ours(module) is ours


# self._params.


class ReadsFormerParams(DataBase):
    def _padding_values(self):
        return {"image": self._params.padding}


def test_a_class_that_reads_self_underscore_params_is_refused_when_it_is_made():
    with pytest.raises(HookError, match=r"Params reads self\._params \(.*test_hooks.py:\d+\): .*self\.params"):
        ReadsFormerParams(DataParams())


class DefinesParams(ReadsFormerParams):
    def __init__(self, params):
        super().__init__(params)
        self._params = params


class InheritsParams(ReadsFormerParams):
    _params = DataParams()


class DelegatesParams(ReadsFormerParams):
    def __getattr__(self, name):
        return self.params


class SetsParamsByKeyword(ReadsFormerParams):
    def __init__(self, params):
        super().__init__(params)
        vars(self).update(_params=params)


class SetsParamsByAComposedName(ReadsFormerParams):
    def __init__(self, params):
        super().__init__(params)
        for name in ("params",):
            setattr(self, f"_{name}", params)


@pytest.mark.parametrize(
    "cls", [DefinesParams, InheritsParams, DelegatesParams, SetsParamsByKeyword, SetsParamsByAComposedName]
)
def test_a_class_that_defines_it_is_allowed(cls):
    made = cls(DataParams())
    assert isinstance(made._params, DataBaseParams)


class ReadsParamsOfOthers(DataBase):
    """Other libraries have attributes of this name."""

    def counts(self, nets):
        return [len(net._params) for net in nets] + list(map(lambda net: len(net._params), nets))  # noqa: C417

    @staticmethod
    def count(net):
        return len(net._params)


class KnowsBothVersions(DataBase):
    @property
    def settings(self):
        try:
            return self._params
        except AttributeError:
            return self.params


def test_a_class_that_reads_it_from_other_objects_is_allowed():
    net = SimpleNamespace(_params=[1, 2])
    made = ReadsParamsOfOthers(DataParams())
    assert (made.counts([net]), made.count(net)) == ([2, 2], 2)


def test_code_for_both_versions_is_allowed():
    made = KnowsBothVersions(DataParams())
    assert made.settings is made.params


@pytest.mark.parametrize("within", [lambda self: [self._params for _ in "a"], lambda self: (lambda: self._params)()])
def test_a_function_within_a_method_is_looked_at(within):
    cls = type("Mine", (DataBase,), {"_padding_values": within, "__module__": __name__})
    with pytest.raises(HookError, match=r"reads self\._params"):
        cls(DataParams())


def test_reading_it_later_is_answered_too():
    data = DataBase(DataParams())
    with pytest.raises(AttributeError, match=r"the parameters are self\.params"):
        _ = data._params
    assert not hasattr(data, "_params")


# Constructors.


def test_a_constructor_that_its_params_can_not_call_is_refused():
    class Mine(MappingDataProcessor):
        def __init__(self, mode, params):
            pass

        def apply(self, sample):
            return sample

    class MineParams(DataProcessorParams):
        def cls(self):
            return Mine

    with pytest.raises(HookError, match=r"Mine\.__init__ .*`def __init__\(self, params, data_params, mode\)`: "):
        MineParams().create(DataParams(), PipelineMode.TRAINING)


def test_a_constructor_of_more_arguments_is_the_matter_of_its_own_params():
    class Mine(MappingDataProcessor):
        def __init__(self, params, data_params, mode, codec):
            super().__init__(params, data_params, mode)

        def apply(self, sample):
            return sample

    class MineParams(DataProcessorParams):
        def cls(self):
            return Mine

        def create(self, data_params, mode):
            return Mine(self, data_params, mode, "codec")

    assert isinstance(MineParams().create(DataParams(), PipelineMode.TRAINING), Mine)


def test_params_may_name_a_function_that_makes_the_object():
    class Mine(DataBase):
        def __init__(self, params, codec):
            super().__init__(params)
            self.codec = codec

    class MineParams(DataBaseParams):
        def cls(self):
            return functools.partial(Mine, codec="abc")

    assert MineParams().create().codec == "abc"
