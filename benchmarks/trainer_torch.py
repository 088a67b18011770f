"""The peers of `benchmarks/trainer.py` on PyTorch: `python trainer_torch.py NAME --data ARRAYS.npz --epochs N`.

`trainer.py --peers PYTHON` runs this file with the Python of an environment that holds torch, lightning, transformers
and accelerate. Network, optimizer, batch size and order of the work are those of the other contestants; samples are
arrays in memory, read by a `DataLoader` in this process, which is the fastest number of workers for such samples.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

BATCH_SIZE = 16


def main() -> None:
    """Train with one of the peers and print seconds and accuracies of its epochs as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    arguments = parser.parse_args()
    arrays = np.load(arguments.data)
    train, test = (Digits(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))
    print(json.dumps(PEERS[arguments.peer](train, test, arguments.epochs)))


class Digits(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Images from 0 to 1 and their classes."""

    def __init__(self, images: np.ndarray, classes: np.ndarray) -> None:
        self.images = torch.from_numpy(images.astype(np.float32)[:, None] / 255)
        self.classes = torch.from_numpy(classes.reshape(-1).astype(np.int64))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.images[index], self.classes[index]


def network() -> nn.Module:
    """Return the network of the tutorial."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 2, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 2, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def by_lightning(train: Digits, test: Digits, epochs: int) -> dict[str, Any]:
    """Train with Lightning."""
    import lightning

    ends, accuracies = [time.perf_counter()], []

    class Model(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network, self.right, self.count = network(), 0, 0

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            images, classes = batch
            return nn.functional.cross_entropy(self.network(images), classes)

        def on_validation_epoch_start(self) -> None:
            self.right = self.count = 0

        def validation_step(self, batch: Any, number: int) -> None:
            images, classes = batch
            self.right += int((self.network(images).argmax(-1) == classes).sum())
            self.count += len(classes)

        def on_train_epoch_end(self) -> None:
            ends.append(time.perf_counter())
            accuracies.append(self.right / self.count)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), 1e-3)

    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    trainer.fit(Model(), DataLoader(train, BATCH_SIZE, shuffle=True), DataLoader(test, BATCH_SIZE))
    return {"seconds": _between(ends), "acc": [], "val_acc": accuracies}


def by_hugging_face(train: Digits, test: Digits, epochs: int) -> dict[str, Any]:
    """Train with the Trainer of Hugging Face."""
    import transformers

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network()

        def forward(self, pixels: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            logits = self.network(pixels)
            return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}

    ends, accuracies = [time.perf_counter()], []

    class Clock(transformers.TrainerCallback):
        def on_evaluate(self, args: Any, state: Any, control: Any, **keywords: Any) -> None:
            ends.append(time.perf_counter())
            accuracies.append(keywords["metrics"]["eval_acc"])

    with tempfile.TemporaryDirectory() as folder:
        transformers.Trainer(
            model=Model(),
            args=transformers.TrainingArguments(
                output_dir=folder,
                num_train_epochs=epochs,
                per_device_train_batch_size=BATCH_SIZE,
                per_device_eval_batch_size=BATCH_SIZE,
                learning_rate=1e-3,
                lr_scheduler_type="constant",
                eval_strategy="epoch",
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                use_cpu=True,
            ),
            data_collator=_collated,
            train_dataset=train,
            eval_dataset=test,
            compute_metrics=lambda found: {"acc": float((found.predictions.argmax(-1) == found.label_ids).mean())},
            callbacks=[Clock()],
        ).train()
    return {"seconds": _between(ends), "acc": [], "val_acc": accuracies}


def _collated(samples: list[tuple[torch.Tensor, torch.Tensor]]) -> dict[str, torch.Tensor]:
    images, classes = zip(*samples, strict=True)
    return {"pixels": torch.stack(images), "labels": torch.stack(classes)}


def _between(ends: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(ends)]


PEERS = {"lightning": by_lightning, "hf": by_hugging_face}


if __name__ == "__main__":
    main()
