"""Makes the pictures of the documents from real trainings: `python docs/make_pictures.py`, or `nox -s pictures`.

images/training.svg                the terminal while the second epoch runs
images/results.svg                 the terminal at the end
images/tensorboard.png             curves and confusion matrices of the run in TensorBoard
images/tensorboard_pr_curves.png   its curves of precision and recall
images/tensorboard_images.png      images that a graph has recorded, of a run with photographs
images/tensorboard_hparams.png     three runs with their parameters

`python docs/make_pictures.py tensorboard_hparams` makes one picture. The terminal is emulated. TensorBoard is opened in
a Chromium without a window: the one of the system, or Playwright's own (`playwright install chromium`). Takes some
minutes.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pyte
from playwright.sync_api import Page, sync_playwright
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
PROGRAMS = Path(sys.executable).parent

COMMAND = "tfaip-train examples.tutorial.full --trainer.epochs 10 --trainer.output_dir runs/full"
TEXTURES = "tfaip-train examples.imageclassification --trainer.epochs 5 --trainer.output_dir runs/textures"
RATES = ["0.0003", "0.001", "0.003"]
WITH_RATE = (
    "tfaip-train examples.tutorial.min --trainer.epochs 3 --learning_rate.lr {rate} "
    "--trainer.output_dir runs/rates/{rate}"
)
COLUMNS, LINES = 100, 42
UNDER_WAY = re.compile(r"epoch 2/10 [^%]* [5-9]\d%")
# Seconds after which a screen is taken to be drawn to its end.
PAUSE = 0.02

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
# All in one grid, where without a filter each of them would be a section of its own.
TENSORBOARD = "?tagFilter=^(acc|confusion|digit|even_auc|loss)$&smoothing=0#timeseries"

Line = list[Char]


def main() -> None:
    """Train, and make all pictures, or the ones that are named."""
    IMAGES.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or ["training", "tensorboard_images", "tensorboard_hparams"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if "training" in wanted:
            under_way, end = screens_of(COMMAND, folder, UNDER_WAY)
            (IMAGES / "training.svg").write_text(as_svg(under_way, COMMAND, "training"), encoding="utf-8")
            (IMAGES / "results.svg").write_text(as_svg(end, COMMAND, "results"), encoding="utf-8")
            with tensorboard(folder / "runs/full") as address:
                photograph(address + TENSORBOARD, "tensorboard", (1400, 860), as_cards)
                photograph(address + "#pr_curves", "tensorboard_pr_curves", (1400, 600))
        if "tensorboard_images" in wanted:
            run_to_its_end(TEXTURES, folder)
            with tensorboard(folder / "runs/textures") as address:
                photograph(address + "?tagFilter=images#timeseries", "tensorboard_images", (1000, 480), as_cards)
        if "tensorboard_hparams" in wanted:
            for rate in RATES:
                run_to_its_end(WITH_RATE.format(rate=rate), folder)
            with tensorboard(folder / "runs/rates") as address:
                photograph(address + "#hparams", "tensorboard_hparams", (1800, 420))


def screens_of(command: str, folder: Path, moment: re.Pattern[str]) -> tuple[list[Line], list[Line]]:
    """Run a command in a terminal and return its lines when one of them matches first, and in the end.

    Raises:
        SystemExit: It failed, or none of its lines ever matched.
    """
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    found: list[Line] = []
    for printed in run_in_terminal(command, folder):
        stream.feed(printed)
        if not found and any(moment.search(line) for line in screen.display):
            found = lines_of(screen)
    if not found:
        sys.exit("\n".join([*screen.display, f"{command}: no line was like {moment.pattern}"]))
    return found, lines_of(screen)


def run_to_its_end(command: str, folder: Path) -> None:
    """Run a command and forget what it prints.

    Raises:
        SystemExit: It failed.
    """
    for _ in run_in_terminal(command, folder):
        pass


def run_in_terminal(command: str, folder: Path) -> Iterator[bytes]:
    """Run a command in a pseudo-terminal and yield what it prints, in pieces that end where it pauses.

    Raises:
        SystemExit: It failed.
    """
    inside, outside = pty.openpty()
    fcntl.ioctl(outside, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TF_CPP_MIN_LOG_LEVEL")},
        "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "COLUMNS": str(COLUMNS),
        "LINES": str(LINES),
    }
    process = subprocess.Popen(
        shlex.split(command), cwd=folder, env=environment, stdin=outside, stdout=outside, stderr=outside
    )
    os.close(outside)
    printed = b""
    while piece := read_piece(inside):
        printed += piece
        if not select.select([inside], [], [], PAUSE)[0]:
            yield printed
            printed = b""
    yield printed
    os.close(inside)
    if process.wait():
        sys.exit(f"{command}: exit code {process.returncode}")


def read_piece(terminal: int) -> bytes:
    """Return what a terminal has printed since the last call, waiting for something; nothing at its end."""
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux tells that nobody holds the other end any more
        return b""


def lines_of(screen: pyte.Screen) -> list[Line]:
    """Return what stands on a screen, without the empty lines at its end."""
    lines = [[screen.buffer[row][column] for column in range(screen.columns)] for row in range(screen.lines)]
    while lines and not "".join(char.data for char in lines[-1]).strip():
        lines.pop()
    return lines


def as_svg(lines: list[Line], title: str, name: str) -> str:
    """Draw lines of a terminal in a window."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        runs = groupby(line, style_of)
        console.print(Text.assemble(*(("".join(char.data for char in chars), style) for style, chars in runs)))
    console.print()  # below the last line nothing is drawn, not even its underscores
    svg = console.export_svg(title=title, unique_id=name)
    # A picture in a README may load nothing, so the fonts are those that the reader has.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "Fira Code, Menlo, Consolas, monospace")


def style_of(char: Char) -> Style:
    """Translate the colours of the emulation into those of rich."""
    return Style(
        color=color_of(char.fg),
        bgcolor=color_of(char.bg),
        bold=char.bold,
        italic=char.italics,
        underline=char.underscore,
        reverse=char.reverse,
    )


def color_of(name: str) -> str:
    """Translate the name of a colour."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    return name.replace("brown", "yellow").replace("bright", "bright_")


@contextmanager
def tensorboard(folder: Path) -> Iterator[str]:
    """Serve a run and yield the address."""
    # The page shows the path as it is given.
    process = subprocess.Popen(
        [PROGRAMS / "tensorboard", "--logdir", folder.name, "--port", "0"],
        cwd=folder.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        addresses = (re.search(r"http://\S+", line) for line in process.stderr)
        address = next((found for found in addresses if found), None)
        if address is None:
            sys.exit(f"tensorboard: exit code {process.wait()}")
        yield address[0]
    finally:
        process.terminate()
        process.wait()


def photograph(
    address: str, name: str, window: tuple[int, int], prepare: Callable[[Page], None] = lambda page: None
) -> None:
    """Open a page of TensorBoard in a window, wait until it is drawn, and write a picture of it."""
    browser_of_system = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        # Within containers, where root runs it, Chromium's sandbox is not to be had.
        browser = playwright.chromium.launch(executable_path=browser_of_system, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": window[0], "height": window[1]})
        page.set_default_timeout(120_000)  # a slow machine
        page.goto(address)
        page.wait_for_load_state("networkidle")
        prepare(page)
        page.wait_for_timeout(5000)
        page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


def as_cards(page: Page) -> None:
    """Show the cards of the time series alone, with plain curves."""
    page.wait_for_selector("card-view")
    for setting in ("Ignore outliers in chart scaling", "Enable step selection and data table"):
        page.get_by_label(setting).uncheck()
    page.get_by_role("button", name="Close side pane").click()


if __name__ == "__main__":
    main()
