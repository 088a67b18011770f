"""Parameters of all kinds for `corpus`. They differ from the defaults, so that a lost value shows."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import params_zoo as zoo


def stored_params() -> dict[str, object]:
    """The parameters by the names of their files."""
    everything = zoo.AllParams(
        integer=-3,
        number=1e-7,
        text="ünïcödé\n: #",
        flag=True,
        path=Path("other/folder"),
        color=zoo.Color.GREEN,
        level=zoo.Level.HIGH,
        shape=zoo.Shape.SQUARE,
        literal=2,
        optional=5,
        union=0.25,
        optional_union="word",
        integers=[],
        texts={"c"},
        frozen=frozenset({1, 2}),
        pair=(2, "yes"),
        numbers=(0.5,),
        flags={"on": True},
        by_level={zoo.Level.LOW: 1},
        by_number={7: 0.5},
        moment=datetime(2001, 2, 3, 4, 5, 6),
        day=date(2001, 2, 3),
        hour=time(4, 5),
        duration=timedelta(minutes=5),
        maybe=[1, 2],
    )
    training = zoo.TrainerParams(
        epochs=7,
        output_dir=Path("runs/1"),
        verbose=False,
        gen=zoo.DataParams(setup=zoo.SetupParams(val=zoo.PipelineParams(batch_size=3))),
        optimizer=zoo.SGDParams(momentum=0.5, clip_norm=2.0),
        warmstart=zoo.WarmstartParams(model="best"),
        net=zoo.NetParams(
            layers=[zoo.DenseParams(units=4), zoo.ConvParams(kernel=(5, 1))], heads={"a": zoo.LayerParams()}
        ),
    )
    return {"everything": everything, "training": training, "scenario": zoo.MyScenarioParams()}
