"""Trains the points, or goes on with them; run as worker.py train|resume JSON."""

import json
import sys
from pathlib import Path

from points_in_shards import PointsInShards

from tfaip.model import ScenarioBase
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import UserError
from tfaip.pipeline.generators import JSONLinesGeneratorParams
from tfaip.trainer import TrainerParams


def parameters(scenario: type[ScenarioBase], changes: dict) -> TrainerParams:
    params = scenario.default_trainer_params()
    params.random_seed = 5
    params.progress = "off"
    params.learning_rate.lr = 0.02
    params.scenario.model.dropout = 0.0
    params.scenario.export_serve = False
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.setup.train.batch_size = 10  # of 47 samples, so that the workers' parts differ in length
    if files := changes.pop("files", None):
        params.gen.train = JSONLinesGeneratorParams(files=files, inputs=["point"], targets=["direction"])
    else:
        params.gen.train.count = 47
    params.gen.val.seed = 1
    params.output_dir = Path(changes.pop("output_dir"))
    params.device.intra_op_threads = 1
    params.device.dist_strategy = changes.pop("dist_strategy")
    for name, value in changes.items():
        setattr(params, name, value)
    return params


def main() -> None:
    what, changes = sys.argv[1], json.loads(sys.argv[2])
    scenario = PointsInShards if "files" in changes else PointsScenario
    trainer = scenario.create_trainer(parameters(scenario, changes))
    try:
        logs = trainer.train() if what == "train" else trainer.resume()
    except UserError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print(json.dumps(logs))


if __name__ == "__main__":
    main()
