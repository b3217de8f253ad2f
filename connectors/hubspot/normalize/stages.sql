select
    pipeline || '/' || stage              as id,
    updated_at                            as changed_at,
    pipeline                              as pipeline,
    stage                                 as stage,
    label                                 as label,
    position                              as position,
    is_closed                             as is_closed,
    is_closed and probability = 1         as is_won,
    probability                           as probability
from deal_stages
