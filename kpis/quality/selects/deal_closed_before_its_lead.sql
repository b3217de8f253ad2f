-- By local dates: a lead that is made together with its deal is no slip.
with people as (
    select person_key, min(created_at) as lead_at
    from leads
    where not coalesce(is_deleted, false) and coalesce(is_lead, true) and person_key is not null
    group by person_key
)
select
    'opportunities' as "table",
    o.source,
    o.id,
    'lead_created_on=' || cast(cast(p.lead_at at time zone :timezone as date) as varchar)
    || ' closed_on=' || cast(coalesce(o.closed_on, cast(o.closed_at at time zone :timezone as date)) as varchar) as what
from opportunities as o
join people as p on p.person_key = o.person_key
where not coalesce(o.is_deleted, false)
    and coalesce(o.is_closed, o.is_won, false)
    and coalesce(o.closed_on, cast(o.closed_at at time zone :timezone as date)) < cast(p.lead_at at time zone :timezone as date)
