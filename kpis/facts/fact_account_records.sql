-- One row per account: what its records say, the representative first, gaps filled from the others.
with ranked as (
    select
        *,
        row_number() over (
            partition by account_key order by (source || ':' || id = account_key) desc, created_at nulls last, source, id
        ) as place
    from accounts
    where not coalesce(is_deleted, false) and account_key is not null
)
select
    account_key,
    arg_min(name, place) filter (where name is not null) as name,
    arg_min(segment, place) filter (where segment is not null) as segment,
    arg_min(owner_key, place) filter (where owner_key is not null) as owner
from ranked
group by account_key
