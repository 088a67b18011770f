"""Reading the output of a network that was trained with CTC (Graves et al., 2006); label 0 is no character."""

from collections import defaultdict

import numpy as np

BLANK = 0
# Labels that are less probable than this at a step don't continue a prefix there.
LEAST = 1e-4


def best_path(probabilities: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Return the labels along the most probable path, and for each the highest probability while it was seen.

    Args:
        probabilities: Of each label at each step, float (steps, labels).
    """
    best = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    labels: list[int] = []
    confidence: list[float] = []
    for start, end in zip(starts, [*starts[1:], len(best)], strict=True):
        if best[start] != BLANK:
            labels.append(int(best[start]))
            confidence.append(float(probabilities[start:end, best[start]].max()))
    return labels, np.array(confidence, np.float32)


def beam_search(probabilities: np.ndarray, width: int) -> tuple[list[int], np.ndarray]:
    """Return the most probable labels, all paths that spell them taken together, and a confidence for each.

    The confidence of a label is its highest probability at a step where the beam took it.

    Args:
        probabilities: Of each label at each step, float (steps, labels).
        width: Prefixes that are kept after each step.
    """
    # For each prefix: the probability of the paths that end in no character, and of those that end in its last one.
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    seen: dict[tuple[int, ...], float] = {}
    for step in probabilities.astype(np.float64):
        likely = [int(label) for label in np.flatnonzero(step > LEAST) if label != BLANK]
        grown: defaultdict[tuple[int, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, label_last) in beam.items():
            grown[prefix][0] += (blank + label_last) * step[BLANK]
            if prefix:
                grown[prefix][1] += label_last * step[prefix[-1]]
            for label in likely:
                longer = (*prefix, label)
                # The same label again is a new character only after a step without one.
                grown[longer][1] += (blank if prefix and prefix[-1] == label else blank + label_last) * step[label]
                seen[longer] = max(seen.get(longer, 0.0), float(step[label]))
        kept = sorted(grown.items(), key=lambda item: -sum(item[1]))[:width]
        total = sum(sum(both) for _, both in kept) or 1.0
        beam = {prefix: (both[0] / total, both[1] / total) for prefix, both in kept}
    best = max(beam, key=lambda prefix: sum(beam[prefix]))
    return list(best), np.array([seen[best[: end + 1]] for end in range(len(best))], np.float32)
