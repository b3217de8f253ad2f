"""
The Markov model of the warehouse: from `fact_transitions` to `attribution_shares`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpis.attribution.chain import Chain, shared

TRANSITIONS = "fact_transitions"
SHARES = "attribution_shares"
"""
The table that `shares(fact_transitions)` fills, after it was made empty and before `fact_credits` is made.
"""

_SCHEMA = pa.schema(
    [
        ("revenue_source", pa.string()),
        ("level", pa.string()),
        ("state", pa.string()),
        ("share", pa.float64()),
        ("removal_effect", pa.float64()),
    ]
)


def shares(transitions: pa.Table) -> pa.Table:
    """
    Fit one chain per way of counting conversions and level.

    Args:
        transitions: The rows of `fact_transitions`.

    Returns:
        The rows of `attribution_shares`: revenue_source, level, state, share [0 to 1, 1 in all] and removal_effect
        [0 to 1]; none where nobody converted.
    """
    made = [_SCHEMA.empty_table()]
    kinds = transitions.select(["revenue_source", "level"]).group_by(["revenue_source", "level"]).aggregate([])
    for kind in kinds.to_pylist():
        of_kind = pc.and_(
            pc.equal(transitions["revenue_source"], kind["revenue_source"]),
            pc.equal(transitions["level"], kind["level"]),
        )
        own = transitions.filter(of_kind)
        states = pc.unique(pa.chunked_array([*own["before"].chunks, *own["after"].chunks], pa.string())).drop_null()
        states = states.take(pc.sort_indices(states))
        _, removal = _chain(own, states).solve()
        if not removal.any():
            continue
        columns = [
            pa.array([kind["revenue_source"]] * len(states), pa.string()),
            pa.array([kind["level"]] * len(states), pa.string()),
            states,
            pa.array(shared(removal)),
            pa.array(removal),
        ]
        made.append(pa.Table.from_arrays(columns, schema=_SCHEMA))
    return pa.concat_tables(made)


def _chain(own: pa.Table, states: pa.Array) -> Chain:
    size = len(states)
    chain = Chain(np.zeros(size), np.zeros((size, size)), np.zeros(size), np.zeros(size))
    times = own["journeys"].cast(pa.float64()).to_numpy()
    before = pc.fill_null(pc.index_in(own["before"], states), -1).to_numpy()
    after = pc.fill_null(pc.index_in(own["after"], states), -1).to_numpy()
    converted = own["is_converted"].to_numpy()
    starts, ends, moves = before < 0, after < 0, (before >= 0) & (after >= 0)
    np.add.at(chain.starts, after[starts], times[starts])
    np.add.at(chain.moves, (before[moves], after[moves]), times[moves])
    np.add.at(chain.conversions, before[ends & converted], times[ends & converted])
    np.add.at(chain.nulls, before[ends & ~converted], times[ends & ~converted])
    return chain
