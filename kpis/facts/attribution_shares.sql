-- What the Markov model gives each state, of every conversion alike. SQL cannot solve a chain: the table is made empty here
-- and filled by `kpis.attribution.shares` before any credit is given.
select
    revenue_source,
    level,
    before as state,
    cast(null as double) as share,
    cast(null as double) as removal_effect
from fact_transitions
where false
