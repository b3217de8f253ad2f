-- One row per offer to an existing customer.
select
    o.source || ':' || o.id as offer_key,
    o.account_key as account,
    a.segment,
    a.owner,
    o.kind,
    cast(o.offered_at at time zone :timezone as date) as offered_on,
    cast(o.accepted_at at time zone :timezone as date) as accepted_on
from offers as o
left join fact_account_records as a on a.account_key = o.account_key
where not coalesce(o.is_deleted, false) and o.offered_at is not null
