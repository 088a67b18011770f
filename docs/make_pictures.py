"""Makes the pictures of the documents from a real training: `python docs/make_pictures.py`, or `nox -s pictures`.

images/training.svg      the terminal while the second epoch runs
images/results.svg       the terminal at the end
images/tensorboard.png   what TensorBoard shows of the run

The terminal is emulated, and TensorBoard is opened in a Chromium without a window: that of the system, or Playwright's
own (`playwright install chromium`). Takes a minute.
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
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pyte
from playwright.sync_api import sync_playwright
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
PROGRAMS = Path(sys.executable).parent

COMMAND = "tfaip-train examples.tutorial.full --trainer.epochs 10 --trainer.output_dir runs/full"
COLUMNS, LINES = 100, 42
UNDER_WAY = re.compile(r"epoch 2/10 [^%]* [5-9]\d%")
# Seconds after which a screen is taken to be drawn to its end.
PAUSE = 0.02

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
WINDOW = (1400, 860)
# All in one grid, where without a filter each of them would be a section of its own.
TENSORBOARD = "?tagFilter=^(acc|confusion|digit|even_auc|loss)$&smoothing=0#timeseries"

Line = list[Char]


def main() -> None:
    """Train, and make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        under_way, end = screens_of(COMMAND, Path(folder), UNDER_WAY)
        (IMAGES / "training.svg").write_text(as_svg(under_way, COMMAND, "training"), encoding="utf-8")
        (IMAGES / "results.svg").write_text(as_svg(end, COMMAND, "results"), encoding="utf-8")
        with tensorboard(Path(folder) / "runs/full") as address:
            photograph(address + TENSORBOARD, IMAGES / "tensorboard.png")


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
    process = subprocess.Popen(
        [PROGRAMS / "tensorboard", "--logdir", folder, "--port", "0"], stderr=subprocess.PIPE, text=True
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


def photograph(address: str, file: Path) -> None:
    """Open a page of TensorBoard, wait until its curves are drawn, and write a picture of it."""
    browser_of_system = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        # Within containers, where root runs it, Chromium's sandbox is not to be had.
        browser = playwright.chromium.launch(executable_path=browser_of_system, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        page.goto(address)
        page.wait_for_selector("card-view line-chart")
        for setting in ("Ignore outliers in chart scaling", "Enable step selection and data table"):
            page.get_by_label(setting).uncheck()
        page.get_by_role("button", name="Close side pane").click()
        page.wait_for_timeout(3000)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main()
