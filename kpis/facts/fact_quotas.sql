-- One row per sales target. A target is known before its days come: it stands from the beginning on, and a question takes
-- what of it falls into the period, also into what is left of a running one.
select
    target_key,
    case when dimension = 'owner' then member_id end as owner,
    dimension = 'owner' as is_of_owner,
    date '1900-01-01' as known_on,
    cast(null as date) as forgotten_on,
    starts_on,
    ends_on,
    value / (date_diff('day', starts_on, ends_on) + 1) as per_day
from fact_targets
where is_latest and kpi in ('quota', 'won_revenue') and dimension in ('org', 'owner') and ends_on >= starts_on
