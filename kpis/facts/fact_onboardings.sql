-- One row per onboarding that began; a cancelled one stays among those started and is never completed.
select
    o.source || ':' || o.id as onboarding_key,
    o.account_key as account,
    o.owner_key as owner,
    a.segment,
    o.product,
    lower(coalesce(o.state, '')) in ('cancelled', 'canceled') as is_cancelled,
    cast(o.started_at at time zone :timezone as date) as started_on,
    case
        when lower(coalesce(o.state, '')) not in ('cancelled', 'canceled')
            then cast(o.completed_at at time zone :timezone as date)
    end as completed_on,
    (epoch(o.completed_at) - epoch(o.started_at)) / 86400.0 as days
from onboardings as o
left join fact_account_records as a on a.account_key = o.account_key
where not coalesce(o.is_deleted, false)
