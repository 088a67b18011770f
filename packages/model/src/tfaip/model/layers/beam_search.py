"""Decoding of sequences, token by token, with a state from each step to the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops, tree

from tfaip.model.layer import LayerBase
from tfaip.model.layers.beam_search_params import BeamSearchParams

__all__ = ["BeamSearch"]

Step = Callable[..., tuple[Any, Any]]

# Score of a hypothesis that there is not. Sums of it must stay finite: infinities would give NaN.
NEVER = -1e30
# Log-probabilities below are none: models mask tokens by logits of about -1e9.
IMPOSSIBLE = -1e8


class Hypotheses(NamedTuple):
    """Hypotheses of each sample, the best one first.

    Attributes:
        tokens: int32 (batch, hypotheses, max_length).
        scores: float32 (batch, hypotheses); `NEVER` where there is none.
        lengths: Number of tokens, the end token excluded, int32 (batch, hypotheses).
    """

    tokens: Any
    scores: Any
    lengths: Any


class BeamSearch(LayerBase[BeamSearchParams]):
    """Searches for the most probable sequences that a step function continues token by token.

    The score of a hypothesis is its log-probability, divided by its length to the power of `length_penalty`.
    The end token counts as a part of the length. A width of 1 decodes greedily: it takes the best token at each step,
    until the end token. A sample is decoded alike in every batch.

    Args:
        params: Width, length penalty and length.
        name: Name of the layer.
        start: Token that a sequence begins with; it is never decoded.
        end: Token that a sequence ends with.
        padding: Token that follows the end in the result; it is never decoded, unless it is `end` too.
    """

    def __init__(
        self,
        params: BeamSearchParams,
        name: str = "beam_search",
        *,
        start: int,
        end: int,
        padding: int = 0,
        **kwargs: Any,
    ) -> None:
        # A state keeps its type, also where layers compute in half precision.
        super().__init__(params, name=name, **{**kwargs, "autocast": False})
        self.start, self.end, self.padding = start, end, padding

    def get_config(self) -> dict[str, Any]:
        """Return the config of the base, and the three tokens."""
        return {**super().get_config(), "start": self.start, "end": self.end, "padding": self.padding}

    def call(self, state: Any, step: Step, constants: Any = None) -> dict[str, Any]:
        """Decode a batch.

        Args:
            state: The step's cache before the first token: any nest of tensors of shape (batch, ...), such as states of
                recurrent cells or keys and values of attention. It has at least one tensor, or `constants` has.
            step: Function `(tokens, state, constants, position)` that returns the logits of the next token, float
                (rows, vocabulary), and the new state in the same nest, shapes and types. `tokens` is int32 (rows,),
                `position` is the number of tokens before it, int32 (). The rows are the samples, or all hypotheses.
                Its layers need their weights before: the training graph makes them.
            constants: Constant inputs of the step, as a nest of tensors (batch, ...): the encoded input.

        Returns:
            The `width` best hypotheses, the best one first: `sequences` int32 (batch, width, max_length), without the
            end token and padded; `lengths` int32 (batch, width), without the end token; `scores` float32 (batch,
            width), minus infinity where there are fewer hypotheses.
        """
        constants = {} if constants is None else constants
        batch = ops.shape(tree.flatten((state, constants))[0])[0]
        width = self.params.width
        logits, state = step(ops.full((batch,), self.start, "int32"), state, constants, ops.cast(0, "int32"))
        empty = ops.full((batch, 1, self.params.max_length), self.padding, "int32")
        alive = Hypotheses(empty, ops.zeros((batch, 1)), ops.zeros((batch, 1), "int32"))
        finished = Hypotheses(
            ops.repeat(empty, width, axis=1), ops.full((batch, width), NEVER), ops.zeros((batch, width), "int32")
        )
        alive, finished, parents = self._chosen(logits, alive, finished, 0)
        state = _rows(state, parents)
        if width > 1:
            constants = tree.map_structure(lambda tensor: ops.repeat(tensor, width, axis=0), constants)

        def goes_on(position: Any, alive: Any, finished: Any, *state_tensors: Any) -> Any:
            del state_tensors
            unfinished = ops.logical_not(ops.all(self._done(Hypotheses(*alive), Hypotheses(*finished))))
            return ops.logical_and(position < self.params.max_length, unfinished)

        def decode(position: Any, alive: Any, finished: Any, *state_tensors: Any) -> Any:
            former = Hypotheses(*alive)
            tokens = ops.reshape(ops.take(former.tokens, position - 1, axis=2), (-1,))
            logits, new = step(tokens, tree.pack_sequence_as(state, list(state_tensors)), constants, position)
            tree.assert_same_structure(new, state)
            grown, ended, parents = self._chosen(logits, former, Hypotheses(*finished), position)
            # A loop keeps the shapes that it begins with; tensors of unknown shape would lose theirs.
            kept = [
                ops.reshape(tensor, ops.shape(before))
                for tensor, before in zip(tree.flatten(_rows(new, parents)), state_tensors, strict=True)
            ]
            return position + 1, tuple(grown), tuple(ended), *kept

        variables = (ops.cast(1, "int32"), tuple(alive), tuple(finished), *tree.flatten(state))
        _, last, ended, *_ = ops.while_loop(goes_on, decode, variables)
        return self._result(Hypotheses(*last), Hypotheses(*ended))

    def _chosen(self, logits: Any, alive: Hypotheses, finished: Hypotheses, position: Any) -> Any:
        """Continue all hypotheses by all tokens; return those alive, those finished, and the rows of the alive ones."""
        width, vocabulary = self.params.width, logits.shape[-1]
        former = alive.tokens.shape[1]
        batch = ops.shape(alive.scores)[0]
        candidates = ops.expand_dims(alive.scores, -1) + ops.reshape(
            self._log_probabilities(logits), (-1, former, vocabulary)
        )
        candidates = ops.reshape(candidates, (-1, former * vocabulary))
        missing = max(0, 2 * width - former * vocabulary)
        candidates = ops.pad(ops.maximum(candidates, NEVER), ((0, 0), (0, missing)), constant_values=NEVER)
        # At most `width` of them end, so that as many are left to go on.
        scores, numbers = ops.top_k(candidates, 2 * width)
        numbers = ops.cast(numbers, "int32")
        parents, added = ops.minimum(numbers // vocabulary, former - 1), numbers % vocabulary
        here = ops.arange(self.params.max_length, dtype="int32") == position
        tokens = ops.where(here, ops.expand_dims(added, -1), _hypotheses(alive.tokens, parents))
        ends = added == self.end

        # Only tokens that a beam of this width would keep may end; decisions stay as they are.
        counts = ops.logical_and(ends, ops.arange(2 * width) < width)
        counts = ops.logical_and(counts, ops.logical_not(ops.expand_dims(self._done(alive, finished), -1)))
        lengths = ops.broadcast_to(ops.cast(position, "int32"), ops.shape(numbers))
        ended = Hypotheses(tokens, self._score(ops.where(counts, scores, NEVER), position + 1), lengths)
        finished = self._best(finished, ended)

        scores, kept = ops.top_k(ops.where(ends, NEVER, scores), width)
        lengths = ops.broadcast_to(ops.cast(position + 1, "int32"), ops.shape(scores))
        rows = ops.take_along_axis(parents, ops.cast(kept, "int32"), axis=1)
        rows += ops.expand_dims(ops.arange(batch, dtype="int32") * former, -1)
        return Hypotheses(_hypotheses(tokens, kept), scores, lengths), finished, ops.reshape(rows, (-1,))

    def _log_probabilities(self, logits: Any) -> Any:
        """Return them float32 (rows, vocabulary), `NEVER` for tokens that belong to no sequence."""
        names = ops.arange(logits.shape[-1], dtype="int32")
        never = ops.logical_or(names == self.start, names == self.padding)
        never = ops.logical_and(never, names != self.end)
        logits = ops.maximum(ops.cast(logits, "float32"), NEVER)
        values = ops.log_softmax(ops.where(never, NEVER, logits), axis=-1)
        return ops.where(values < IMPOSSIBLE, NEVER, values)

    def _score(self, log_probabilities: Any, length: Any) -> Any:
        if not self.params.length_penalty:
            return log_probabilities
        divided = log_probabilities / ops.power(ops.cast(length, "float32"), self.params.length_penalty)
        return ops.where(log_probabilities < IMPOSSIBLE, NEVER, divided)

    def _done(self, alive: Hypotheses, finished: Hypotheses) -> Any:
        """Return whether no hypothesis that is alive can become one of the best, bool (batch,)."""
        worst = finished.scores[:, -1]
        if self.params.width == 1:
            return worst > IMPOSSIBLE
        # A log-probability never grows, and is divided by no more than the greatest length.
        return worst >= self._score(alive.scores[:, 0], self.params.max_length)

    def _best(self, some: Hypotheses, others: Hypotheses) -> Hypotheses:
        together = [ops.concatenate(pair, axis=1) for pair in zip(some, others, strict=True)]
        scores, kept = ops.top_k(together[1], self.params.width)
        lengths = ops.take_along_axis(together[2], ops.cast(kept, "int32"), axis=1)
        return Hypotheses(_hypotheses(together[0], kept), scores, lengths)

    def _result(self, alive: Hypotheses, finished: Hypotheses) -> dict[str, Any]:
        """Return the best of those that have ended and of those that have reached the greatest length."""
        open_still = ops.logical_not(ops.expand_dims(self._done(alive, finished), -1))
        scores = self._score(ops.where(open_still, alive.scores, NEVER), self.params.max_length)
        best = self._best(finished, alive._replace(scores=scores))
        exists = best.scores > IMPOSSIBLE
        lengths = ops.where(exists, best.lengths, 0)
        inside = ops.arange(self.params.max_length, dtype="int32") < ops.expand_dims(lengths, -1)
        return {
            "sequences": ops.where(inside, best.tokens, self.padding),
            "lengths": lengths,
            "scores": ops.where(exists, best.scores, -float("inf")),
        }


def _hypotheses(tokens: Any, numbers: Any) -> Any:
    """Return the hypotheses of these numbers, int (batch, n), of int32 (batch, m, max_length)."""
    return ops.take_along_axis(tokens, ops.expand_dims(ops.cast(numbers, "int32"), -1), axis=1)


def _rows(state: Any, numbers: Any) -> Any:
    return tree.map_structure(lambda tensor: ops.take(tensor, numbers, axis=0), state)
