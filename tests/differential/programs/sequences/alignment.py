"""Dynamic programmes over sequences: alignment, decoding, search."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import logsumexp

LOW = -1e9


def soft_minimum(a, b, c, gamma):
    return -gamma * logsumexp(jnp.stack([a, b, c]) / -gamma, axis=0)


def soft_time_warping(x, y):
    """The smoothed cost of the best alignment, row by row."""
    cost = (x[:, None] - y[None, :]) ** 2

    def row(previous, costs):
        def cell(carry, inputs):
            left, corner = carry
            above, c = inputs
            here = c + soft_minimum(left, corner, above, 0.5)
            return (here, above), here

        (_, _), fresh = lax.scan(cell, (jnp.array(1e6), previous[0]), (previous[1:], costs))
        return jnp.concatenate([jnp.array([1e6]), fresh]), None

    start = jnp.concatenate([jnp.zeros(1), jnp.full(y.shape[0], 1e6)])
    return lax.scan(row, start, cost)[0][-1]


#: soft_time_warping(normal(4), normal(5), tolerance=1e-4, reason="beside costs of a million")


def smith_waterman(scores):
    """The best local alignment of a matrix of scores."""
    def row(previous, s):
        def cell(left, inputs):
            corner, above, s = inputs
            here = jnp.maximum(0.0, jnp.maximum(corner + s, jnp.maximum(above, left) - 0.5))
            return here, here

        _, fresh = lax.scan(cell, 0.0, (previous[:-1], previous[1:], s))
        return jnp.concatenate([jnp.zeros(1), fresh]), jnp.max(fresh)

    return jnp.max(lax.scan(row, jnp.zeros(scores.shape[1] + 1), scores)[1])


#: smith_waterman(normal(4, 5))


def edit_distance(a, b):
    def row(previous, inputs):
        i, x = inputs

        def cell(left, inputs):
            corner, above, y = inputs
            here = jnp.minimum(jnp.minimum(left, above) + 1, corner + (x != y))
            return here, here

        _, fresh = lax.scan(cell, i + 1, (previous[:-1], previous[1:], b))
        return jnp.concatenate([jnp.array([i + 1]), fresh]), None

    return lax.scan(row, jnp.arange(b.shape[0] + 1), (jnp.arange(a.shape[0]), a))[0][-1]


#: edit_distance(ints(0, 3, 6), ints(0, 3, 5))


def connectionist_loss(logits, labels, blank):
    """The negative log probability of labels over all alignments with blanks between them."""
    log_probs = jax.nn.log_softmax(logits)
    extended = jnp.full(2 * labels.shape[0] + 1, blank).at[1::2].set(labels)
    skips = jnp.concatenate([jnp.zeros(2, bool), (extended[2:] != blank) & (extended[2:] != extended[:-2])])
    emissions = log_probs[:, extended]
    start = jnp.full(extended.shape[0], LOW).at[:2].set(emissions[0, :2])

    def step(alpha, emission):
        one = jnp.concatenate([jnp.full(1, LOW), alpha[:-1]])
        two = jnp.where(skips, jnp.concatenate([jnp.full(2, LOW), alpha[:-2]]), LOW)
        return logsumexp(jnp.stack([alpha, one, two]), axis=0) + emission, None

    alpha = lax.scan(step, start, emissions[1:])[0]
    return -jnp.logaddexp(alpha[-1], alpha[-2])


def connectionist(logits, labels):
    return connectionist_loss(logits, labels, 0)


#: connectionist(normal(6, 4), values([1, 2, 2], "i32"), tolerance=1e-4, reason="sums of logarithms over all alignments")


def connectionist_batch(logits, labels):
    return jnp.mean(jax.vmap(connectionist)(logits, labels))


#: connectionist_batch(normal(2, 5, 3), values([[1, 2], [2, 1]], "i32"), tolerance=1e-4, reason="sums of logarithms over all alignments")


def viterbi(initial, transitions, emissions):
    """The best path itself, traced back."""
    def forward(scores, emission):
        total = scores[:, None] + transitions
        return jnp.max(total, axis=0) + emission, jnp.argmax(total, axis=0)

    last, pointers = lax.scan(forward, initial + emissions[0], emissions[1:])
    end = jnp.argmax(last)
    back = lambda state, pointer: (pointer[state], state)
    first, path = lax.scan(back, end, pointers, reverse=True)
    return jnp.max(last), jnp.concatenate([first[None], path])


#: viterbi(normal(3), normal(3, 3), normal(5, 3))


def baum_welch(initial, transitions, emissions):
    """Expected states and transitions are gradients of the likelihood."""
    def likelihood(initial, transitions, emissions):
        step = lambda a, e: (logsumexp(a[:, None] + transitions, axis=0) + e, None)
        return logsumexp(lax.scan(step, initial + emissions[0], emissions[1:])[0])

    return jax.value_and_grad(likelihood, argnums=(0, 1, 2))(initial, transitions, emissions)


#: baum_welch(normal(3), normal(3, 3), normal(5, 3))


def forward_backward(initial, transitions, emissions):
    forward = lambda a, e: ((logsumexp(a[:, None] + transitions, axis=0) + e),) * 2
    _, alphas = lax.scan(forward, initial + emissions[0], emissions[1:])
    alphas = jnp.concatenate([(initial + emissions[0])[None], alphas])
    backward = lambda b, e: ((logsumexp(transitions + e + b, axis=1)),) * 2
    _, betas = lax.scan(backward, jnp.zeros(3), emissions[1:], reverse=True)
    betas = jnp.concatenate([betas, jnp.zeros((1, 3))])
    return jax.nn.softmax(alphas + betas, axis=-1)


#: forward_backward(normal(3), normal(3, 3), normal(4, 3))


def conditional_random_field(transitions, emissions, tags):
    """The log probability of tags: the score of their path less that of all paths."""
    path = jnp.sum(emissions[jnp.arange(tags.shape[0]), tags]) + jnp.sum(transitions[tags[:-1], tags[1:]])
    step = lambda a, e: (logsumexp(a[:, None] + transitions, axis=0) + e, None)
    return path - logsumexp(lax.scan(step, emissions[0], emissions[1:])[0])


#: conditional_random_field(normal(3, 3), normal(5, 3), ints(0, 3, 5))


def beam_search(start, transitions):
    """Three beams kept alive by their scores, with the tokens that they took."""
    width, vocabulary = 3, transitions.shape[0]

    def step(state, _):
        scores, last, history, i = state
        total = scores[:, None] + jax.nn.log_softmax(transitions[last])
        best, flat = lax.top_k(total.reshape(-1), width)
        beam, token = flat // vocabulary, flat % vocabulary
        history = history[beam].at[:, i].set(token)
        return (best, token, history, i + 1), best

    scores, tokens = lax.top_k(jax.nn.log_softmax(start), width)
    state = (scores, tokens, jnp.zeros((width, 4), jnp.int32), 0)
    (scores, _, history, _), trace = lax.scan(step, state, None, length=4)
    return scores, history, trace


#: beam_search(normal(5), normal(5, 5))


def greedy_decoding(w, start):
    """Steps until the end token comes, at most ten."""
    def unfinished(state):
        token, _, n = state
        return (token != 0) & (n < 10)

    def step(state):
        token, tokens, n = state
        token = jnp.argmax(w[token] + jnp.cos(1.0 * n)).astype(jnp.int32)
        return token, tokens.at[n].set(token), n + 1

    return lax.while_loop(unfinished, step, (start, jnp.full(10, -1, jnp.int32), 0))


#: greedy_decoding(normal(4, 4), values(2, "i32"))


def nucleus(logits, threshold):
    """Keeps the likeliest tokens that together pass the threshold."""
    order = jnp.argsort(-logits)
    probabilities = jax.nn.softmax(logits[order])
    keep = jnp.cumsum(probabilities) - probabilities < threshold
    kept = jnp.zeros(logits.shape, bool).at[order].set(keep)
    return jax.nn.softmax(jnp.where(kept, logits, -jnp.inf)), kept


#: nucleus(normal(6), values(0.7))


def sampled_tokens(key, logits):
    def step(token, key):
        token = jax.random.categorical(key, logits[token])
        return token, token

    return lax.scan(step, 0, jax.random.split(key, 6))[1]


#: sampled_tokens(key(11), normal(4, 4))


def ring_buffer(xs):
    """The last three entries at every time, by writing round and round."""
    def step(state, x):
        buffer, i = state
        buffer = lax.dynamic_update_slice(buffer, x[None], (i % 3,))
        return (buffer, i + 1), (jnp.mean(buffer), jnp.roll(buffer, -(i % 3) - 1))

    return lax.scan(step, (jnp.zeros(3), 0), xs)


#: ring_buffer(normal(7))


def run_lengths(x):
    """Lengths of runs of equal numbers, at the place where each ends."""
    step = lambda state, v: ((v, jnp.where(v == state[0], state[1] + 1, 1)), jnp.where(v == state[0], state[1] + 1, 1))
    return lax.scan(step, (x[0], 0), x)[1]


#: run_lengths(ints(0, 2, 9))


def prefix_matching(text, pattern):
    """Knuth, Morris and Pratt: failures first, then the search."""
    n = pattern.shape[0]

    def fail(table, i):
        k = lax.while_loop(lambda k: (k > 0) & (pattern[k] != pattern[i]), lambda k: table[k - 1], table[i - 1])
        return table.at[i].set(k + (pattern[k] == pattern[i])), None

    table = lax.scan(fail, jnp.zeros(n, jnp.int32), jnp.arange(1, n))[0]

    def match(state, x):
        k = jnp.where(state == n, table[n - 1], state)
        k = lax.while_loop(lambda k: (k > 0) & (pattern[k] != x), lambda k: table[k - 1], k)
        k = k + (pattern[k] == x)
        return k, k == n

    return lax.scan(match, jnp.int32(0), text)[1]


#: prefix_matching(values([1, 0, 1, 0, 1, 1, 0, 1, 1], "i32"), values([1, 0, 1, 1], "i32"))
