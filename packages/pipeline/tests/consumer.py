"""A program that reads batches until something happens to it; the tests start it, and do that something."""

import signal
import sys

from pipeline_cases import NumbersParams, SlowParams, make_pipeline


def main() -> None:
    # A shell that starts the tests in the background lets them, and so this program, ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pipeline = make_pipeline(SlowParams(seconds=0.005), generator=NumbersParams(count=50), num_processes=2)
    with pipeline.generate_input_batches(repeat=True) as batches:
        print("started", *batches.worker_process_ids(), flush=True)
        for number, _ in enumerate(batches):
            if number == 2:
                print("running", flush=True)
            if number == 2 and "stop reading" in sys.argv:
                sys.stdin.read()


if __name__ == "__main__":
    main()
