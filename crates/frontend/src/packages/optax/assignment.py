"""Assignments of least cost: each row of a matrix of costs gets a column of its own."""
import jax
import jax.numpy as jnp
from jax import lax


def _where(condition, new, old):
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), new, old)


def _shortest_path(costs, u, v, path, row_of, row):
    """A path of least reduced cost from `row` to a column without a row (Crouse, 2016)."""
    rows, columns = costs.shape

    def reach(k, state):
        left, least, i, lengths, path, lowest, index = state
        j = left[k]
        length = least + costs[i, j] - u[i] - v[j]
        path = path.at[j].set(jnp.where(length < lengths[j], i, path[j]))
        lengths = lengths.at[j].min(length)
        better = (lengths[j] < lowest) | ((lengths[j] == lowest) & (row_of[j] == -1))
        return left, least, i, lengths, path, jnp.minimum(lowest, lengths[j]), jnp.where(better, k, index)

    def grow(state):
        i, least, count, left, seen_rows, seen_columns, lengths, path, sink = state
        seen_rows = seen_rows.at[i].set(True)
        start = (left, least, i, lengths, path, jnp.asarray(jnp.inf, costs.dtype), jnp.asarray(-1))
        left, _, i, lengths, path, least, index = lax.fori_loop(0, count, reach, start)
        sink = jnp.where(least == jnp.inf, -1, sink)
        j = left[index]
        free = row_of[j] == -1
        after = (
            left.at[index].set(left[count - 1]), jnp.where(free, j, sink), jnp.where(free, i, row_of[j]),
            seen_columns.at[j].set(True), count - 1,
        )
        left, sink, i, seen_columns, count = _where(sink == -1, after, (left, sink, i, seen_columns, count))
        return i, least, count, left, seen_rows, seen_columns, lengths, path, sink

    start = (
        jnp.asarray(row), jnp.asarray(0.0, costs.dtype), jnp.asarray(columns), jnp.arange(columns)[::-1],
        jnp.zeros(rows, bool), jnp.zeros(columns, bool), jnp.full(columns, jnp.inf, costs.dtype), path, jnp.asarray(-1),
    )
    _, least, _, _, seen_rows, seen_columns, lengths, path, sink = lax.while_loop(lambda s: s[-1] == -1, grow, start)
    return sink, least, seen_rows, seen_columns, lengths, path


def base_hungarian_algorithm(cost_matrix):
    if cost_matrix.shape[0] == 0 or cost_matrix.shape[1] == 0:
        return jnp.zeros(0, int), jnp.zeros(0, int)
    turned = cost_matrix.shape[1] < cost_matrix.shape[0]
    costs = (cost_matrix.T if turned else cost_matrix).astype(float)
    rows, columns = costs.shape

    def assign(row, state):
        u, v, path, row_of, column_of = state
        sink, least, seen_rows, seen_columns, lengths, path = _shortest_path(costs, u, v, path, row_of, row)
        u = u.at[row].add(least)
        others = seen_rows & (jnp.arange(rows) != row)
        u = jnp.where(others, u + least - lengths[column_of], u)
        v = jnp.where(seen_columns, v + lengths - least, v)

        def flip(state):
            sink, row_of, column_of, _ = state
            i = path[sink]
            return column_of[i], row_of.at[sink].set(i), column_of.at[i].set(sink), i == row

        start = (sink, row_of, column_of, jnp.asarray(False))
        _, row_of, column_of, _ = lax.while_loop(lambda s: ~s[-1], flip, start)
        return u, v, path, row_of, column_of

    none = jnp.full(columns, -1)
    start = (jnp.zeros(rows, costs.dtype), jnp.zeros(columns, costs.dtype), none, none, jnp.full(rows, -1))
    column_of = lax.fori_loop(0, rows, assign, start)[-1]
    if turned:
        order = column_of.argsort()
        return column_of[order], order
    return jnp.arange(rows), column_of


def hungarian_algorithm(cost_matrix):
    if cost_matrix.shape[0] == 0 or cost_matrix.shape[1] == 0:
        return jnp.zeros(0, int), jnp.zeros(0, int)
    turned = cost_matrix.shape[0] > cost_matrix.shape[1]
    costs = cost_matrix.T if turned else cost_matrix
    rows, columns = costs.shape

    def assign(state, row):
        # Rows and columns count from 1; the row of column 0 is the one that looks for a column.
        u, v, parent = state
        parent = parent.at[0].set(row + 1)

        def visit(state):
            u, v, used, least, path, column = state
            used = used.at[column].set(True)
            free, row = ~used[1:], parent[column]
            here = jnp.where(free, costs[row - 1, :] - u[row] - v[1:], jnp.inf)
            path, least = jnp.where(here < least, column, path), jnp.where(here < least, here, least)
            open_costs = jnp.where(free, least, jnp.inf)
            delta = open_costs.min()
            u = u.at[jnp.where(used, parent, rows + 1)].add(delta)
            v = jnp.where(used, v - delta, v)
            return u, v, used, jnp.where(free, least - delta, least), path, jnp.argmin(open_costs) + 1

        def back(state):
            parent, old = state
            new = path[old - 1]
            return parent.at[old].set(parent[new]), new

        start = (
            u, v, jnp.zeros(columns + 1, bool), jnp.full(columns, jnp.inf), jnp.zeros(columns, int), jnp.asarray(0)
        )
        u, v, _, _, path, column = lax.while_loop(lambda s: parent[s[-1]] != 0, visit, start)
        parent, _ = lax.while_loop(lambda s: s[1] != 0, back, (parent, column))
        return (u, v, parent), None

    start = (jnp.zeros(rows + 2), jnp.zeros(columns + 1), jnp.zeros(columns + 1, int))
    (_, _, parent), _ = lax.scan(assign, start, jnp.arange(rows))
    if rows == columns:
        parent, indices = parent[1:], jnp.arange(rows)
    else:
        parent, indices = lax.top_k(parent[1:], rows)
    return (indices, parent - 1) if turned else (parent - 1, indices)
