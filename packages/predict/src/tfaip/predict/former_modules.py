"""The modules of version 0.1 that moved, and where their names are now."""

from __future__ import annotations

__all__ = ["FORMER_MODULES"]

FORMER_MODULES: dict[str, str] = {
    "tfaip.predict.array_adoption": "tfaip.predict.computing.array_adoption",
    "tfaip.predict.batches_ahead": "tfaip.predict.computing.batches_ahead",
    "tfaip.predict.benchmark_table": "tfaip.predict.counters",
    "tfaip.predict.bundle_function": "tfaip.predict.computing.prediction_function",
    "tfaip.predict.dataset_batches": "tfaip.predict.given_samples",
    "tfaip.predict.micro_batches": "tfaip.predict.service.micro_batches",
    "tfaip.predict.prediction_function": "tfaip.predict.computing.prediction_function",
    "tfaip.predict.raw_prediction": "tfaip.predict.service.raw_prediction",
    "tfaip.predict.raw_samples": "tfaip.predict.given_samples",
    "tfaip.predict.withheld_error": "tfaip.predict.computing.batches_ahead",
}
