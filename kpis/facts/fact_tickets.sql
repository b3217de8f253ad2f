-- One row per ticket over all systems. What belongs to another ticket is part of it; spam and internal ones are none.
with ranked as (
    select
        *,
        row_number() over (
            partition by coalesce(ticket_key, source || ':' || id)
            order by (source || ':' || id = ticket_key) desc, created_at nulls last, source, id
        ) as place
    from tickets
    where not coalesce(is_deleted, false)
)
select
    t.source || ':' || t.id as ticket_key,
    t.account_key as account,
    a.segment,
    t.product,
    t.kind,
    cast(t.created_at at time zone :timezone as date) as created_on
from ranked as t
left join fact_account_records as a on a.account_key = t.account_key
where t.place = 1
    and t.created_at is not null
    and t.parent_id is null
    and lower(coalesce(t.kind, '')) not in ('spam', 'internal')
