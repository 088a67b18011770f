import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.params import CommandLine, DefinitionError, ParamsError, params
from tfaip.trainer import (
    AdaBeliefParams,
    AdafactorParams,
    AdamaxParams,
    AdamParams,
    AdamWParams,
    LAMBParams,
    LionParams,
    MuonParams,
    NadamParams,
    OptimizerParams,
    RMSpropParams,
    SGDParams,
)
from tfaip.trainer.optimizers import OPTIMIZERS

STEPS = 50


def some_variables() -> list:
    matrix = keras.Variable(np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3), name="kernel")
    return [matrix, keras.Variable(np.array([1.0, -2.0, 3.0], np.float32), name="bias")]


def after_fifty_steps(create) -> list[np.ndarray]:
    """Weights after steps at falling rates; the gradients are those of a bowl, with noise."""
    variables, random = some_variables(), np.random.default_rng(0)
    optimizer = create(variables)
    if not optimizer.built:
        optimizer.build(variables)
    for step in range(STEPS):
        optimizer.learning_rate.assign(0.05 * 0.97**step)
        gradients = [v.numpy() * 2 + random.normal(size=v.shape).astype(np.float32) for v in variables]
        optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], variables)
    return [variable.numpy() for variable in variables]


def assert_same(first, second, **tolerance):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, **(tolerance or {"rtol": 0, "atol": 0}))


KERAS = keras.optimizers


@pytest.mark.parametrize(
    ("params", "peer"),
    [
        (SGDParams(momentum=0.5, nesterov=True), lambda: KERAS.SGD(momentum=0.5, nesterov=True)),
        (
            AdamParams(beta_1=0.8, beta_2=0.99, epsilon=1e-5, amsgrad=True),
            lambda: KERAS.Adam(beta_1=0.8, beta_2=0.99, epsilon=1e-5, amsgrad=True),
        ),
        (AdamWParams(beta_1=0.8), lambda: KERAS.AdamW(beta_1=0.8, weight_decay=0.004)),
        (AdamaxParams(beta_2=0.9, weight_decay=0.1), lambda: KERAS.Adamax(beta_2=0.9, weight_decay=0.1)),
        (NadamParams(beta_1=0.7, epsilon=1e-3), lambda: KERAS.Nadam(beta_1=0.7, epsilon=1e-3)),
        (
            RMSpropParams(rho=0.7, momentum=0.1, epsilon=1e-4, centered=True),
            lambda: KERAS.RMSprop(rho=0.7, momentum=0.1, epsilon=1e-4, centered=True),
        ),
        (
            AdafactorParams(beta_2_decay=-0.5, epsilon_2=0.01, clip_threshold=0.5, relative_step=False),
            lambda: KERAS.Adafactor(beta_2_decay=-0.5, epsilon_2=0.01, clip_threshold=0.5, relative_step=False),
        ),
        (LionParams(beta_1=0.8, beta_2=0.9), lambda: KERAS.Lion(beta_1=0.8, beta_2=0.9)),
        (LAMBParams(beta_1=0.8, epsilon=1e-4), lambda: KERAS.Lamb(beta_1=0.8, epsilon=1e-4)),
        (
            MuonParams(momentum=0.8, ns_steps=3, adam_beta_1=0.5, adam_lr_ratio=0.5, rms_rate=None),
            lambda: KERAS.Muon(momentum=0.8, ns_steps=3, adam_beta_1=0.5, adam_lr_ratio=0.5, rms_rate=None),
        ),
        (SGDParams(clip_norm=0.5), lambda: KERAS.SGD(clipnorm=0.5)),
        (AdamParams(clip_value=0.5), lambda: KERAS.Adam(clipvalue=0.5)),
        (SGDParams(clip_global_norm=0.5), lambda: KERAS.SGD(global_clipnorm=0.5)),
    ],
)
def test_every_parameter_reaches_keras(params, peer):
    assert_same(after_fifty_steps(params.create), after_fifty_steps(lambda variables: peer()))


@pytest.mark.parametrize("optimizer", [cls for cls in OPTIMIZERS if cls is not AdaBeliefParams])
def test_defaults_are_those_of_keras(optimizer):
    name = {"LAMB": "Lamb"}.get(optimizer.__name__.removesuffix("Params"), optimizer.__name__.removesuffix("Params"))
    config, expected = optimizer().create(some_variables()).get_config(), getattr(KERAS, name)().get_config()
    assert {k: v for k, v in config.items() if k != "name"} == {
        k: pytest.approx(v) if isinstance(v, float) else v for k, v in expected.items() if k != "name"
    } | {"learning_rate": config["learning_rate"]}


def test_an_optimizer_may_make_the_object_itself():
    @params(name="ByCreate")
    class ByCreateParams(OptimizerParams):
        """As version 0.1 had it: no `cls`."""

        share: float = 0.5

        def _create(self, common):
            return keras.optimizers.SGD(momentum=self.share, **common)

    made = ByCreateParams(clip_norm=0.5).create(some_variables())
    assert (type(made), made.momentum, made.clipnorm) == (keras.optimizers.SGD, 0.5, 0.5)


def test_the_base_of_optimizers_cannot_be_made():
    with pytest.raises(DefinitionError, match="OptimizerParams .*: it doesn't define cls"):
        OptimizerParams()


def adabelief_reference(params: AdaBeliefParams) -> list[np.ndarray]:
    """AdaBelief as its paper writes it, in NumPy."""
    weights = [variable.numpy().astype(np.float64) for variable in some_variables()]
    random = np.random.default_rng(0)
    m, s, largest = ([np.zeros_like(w) for w in weights] for _ in range(3))
    b1, b2, eps = params.beta_1, params.beta_2, params.epsilon
    for t in range(1, STEPS + 1):
        rate = 0.05 * 0.97 ** (t - 1)
        warmup = params.total_steps * params.warmup_proportion
        if params.total_steps and t <= warmup:
            rate *= t / warmup
        elif params.total_steps:
            rate += (
                (params.min_lr - rate) * min(t - warmup, params.total_steps - warmup) / (params.total_steps - warmup)
            )
        gradients = [2 * w.astype(np.float32) + random.normal(size=w.shape).astype(np.float32) for w in weights]
        decay = 0.05 * 0.97 ** (t - 1) * (params.weight_decay or 0)
        for i, g in enumerate(gradients):
            weights[i] = weights[i] * (1 - decay)
            m[i] = b1 * m[i] + (1 - b1) * g
            s[i] = b2 * s[i] + (1 - b2) * (g - m[i]) ** 2 + eps
            largest[i] = np.maximum(largest[i], s[i])
            m_hat = m[i] / (1 - b1**t)
            step = m_hat / (np.sqrt((largest if params.amsgrad else s)[i] / (1 - b2**t)) + eps)
            if params.rectify:
                n0 = 2 / (1 - b2) - 1
                n = n0 - 2 * t * b2**t / (1 - b2**t)
                if n >= params.sma_threshold:
                    step *= np.sqrt((n - 4) / (n0 - 4) * (n - 2) / (n0 - 2) * n0 / n)
                else:
                    step = m_hat
            weights[i] = weights[i] - rate * step
    return weights


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rectify": False},
        {"amsgrad": True, "beta_2": 0.9},
        {"weight_decay": 0.1},
        {"total_steps": 40, "warmup_proportion": 0.25, "min_lr": 0.001},
        {"beta_1": 0.5, "epsilon": 1e-6},
    ],
)
def test_adabelief_follows_its_paper(changes):
    params = AdaBeliefParams(**changes)
    assert params.epsilon == changes.get("epsilon", 1e-14)
    assert_same(after_fifty_steps(params.create), adabelief_reference(params), rtol=2e-3, atol=1e-4)


def test_weight_decay_is_decoupled_and_follows_the_rate():
    variables = some_variables()
    optimizer = AdamParams(weight_decay=0.1).create(variables)
    before = [variable.numpy() for variable in variables]
    optimizer.learning_rate.assign(0.5)
    optimizer.apply([keras.ops.zeros(variable.shape) for variable in variables], variables)
    assert_same([variable.numpy() for variable in variables], [w * (1 - 0.5 * 0.1) for w in before], rtol=1e-6)


@pytest.mark.parametrize("params", [AdamWParams, SGDParams, LAMBParams, AdaBeliefParams])
def test_excluded_variables_do_not_decay(params):
    variables = some_variables()
    before = [variable.numpy() for variable in variables]
    optimizer = params(weight_decay=0.1, weight_decay_exclude=["bias$"]).create(variables)
    optimizer.learning_rate.assign(0.5)
    optimizer.apply([keras.ops.zeros(variable.shape) for variable in variables], variables)
    assert not np.array_equal(variables[0].numpy(), before[0])
    np.testing.assert_array_equal(variables[1].numpy(), before[1])


def test_excluding_what_there_is_not_is_refused_and_near_paths_are_named():
    with pytest.raises(ParamsError, match=re.escape("'kernle' is found in the path of no trained variable; some")):
        AdamParams(weight_decay_exclude=["kernle"]).create(some_variables())
    with pytest.raises(ParamsError, match="takes regular expressions, got"):
        AdamParams(weight_decay_exclude=["("]).create(some_variables())


def test_two_kinds_of_clipping_are_refused():
    message = "at most one of clip_norm, clip_value, clip_global_norm may be set, got clip_norm=1.0 and clip_value=1.0"
    with pytest.raises(ParamsError, match=message):
        SGDParams(clip_norm=1.0, clip_value=1.0).create(some_variables())


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        *((cls, ("beta_1", "beta_2")) for cls in (AdamParams, AdamaxParams, LAMBParams, LionParams, AdaBeliefParams)),
        (MuonParams, ("adam_beta_1", "adam_beta_2")),
        (RMSpropParams, ("rho",)),
    ],
)
def test_older_spellings_are_understood(cls, names):
    line = [word for number in range(1, len(names) + 1) for word in (f"--optimizer.beta{number}", "0.5")]
    command = CommandLine("test")
    command.add_root("optimizer", cls)
    read = command.parse(line)["optimizer"]
    assert [getattr(read, name) for name in names] == [0.5] * len(names)


def updates_of(optimizer, variables):
    """Return the compiled update of variables by gradients that are twice as large; the first one's has two rows."""

    @tf.function(autograph=False)
    def update(rows):
        gradients = [variable.value * 2.0 for variable in variables]
        gradients[0] = tf.IndexedSlices(rows, tf.constant([0, 2]), (4, 3))
        optimizer.apply(gradients, variables)

    return update


def test_compiled_updates_of_adam_have_the_bits_of_keras_also_with_rows_of_an_embedding():
    random = np.random.default_rng(1)
    steps = [random.normal(size=(2, 3)).astype(np.float32) for _ in range(20)]
    results = []
    for create in (AdamParams().create, lambda made: KERAS.Adam()):
        variables = [keras.Variable(np.full(shape, 0.7, np.float32)) for shape in ((4, 3), (5,), ())]
        optimizer = create(variables)
        optimizer.build(variables)
        update = updates_of(optimizer, variables)
        for rows in steps:
            update(tf.constant(rows))
        results.append([variable.value.numpy() for variable in (*variables, *optimizer.variables)])
    assert_same(*results)


def test_adam_takes_fifteen_operations_for_each_variable():
    def operations(count):
        variables = [keras.Variable(np.ones(2, np.float32)) for _ in range(count)]
        optimizer = AdamParams().create(variables)
        update = tf.function(lambda *gradients: optimizer.apply(gradients, variables), autograph=False)
        graph = update.get_concrete_function(*(tf.TensorSpec((2,)) for _ in variables)).graph
        return sum(operation.type not in ("Placeholder", "NoOp") for operation in graph.get_operations())

    assert operations(3) - operations(2) == 15
