-- One row per target and version; of several that name the same KPI, member and span the one changed last holds.
with told as (
    select
        source || ':' || coalesce(id, '') as target_key,
        kpi,
        coalesce(nullif(dimension, ''), 'org') as dimension,
        member,
        starts_on,
        ends_on,
        baseline,
        value,
        owner_key,
        next_step,
        changed_at,
        source,
        id
    from targets
    where not coalesce(is_deleted, false) and kpi is not null and value is not null and starts_on is not null and ends_on is not null
),
placed as (
    select
        t.*,
        -- a person writes the name, a program the key, a vendor its own id
        case when t.dimension = 'org' then 'all' else coalesce(m.member_id, t.member) end as member_id
    from told as t
    left join (
        select dimension, member, min(member_id) as member_id
        from (
            select dimension, member, member_id from fact_members
            union all
            select 'owner', id, owner_key from owners where not coalesce(is_deleted, false) and owner_key is not null
            union all
            select 'campaign', id, campaign_key from campaigns where not coalesce(is_deleted, false) and campaign_key is not null
            union all
            select 'account', id, account_key from accounts where not coalesce(is_deleted, false) and account_key is not null
        ) as names
        group by dimension, member
    ) as m on m.dimension = t.dimension and m.member = t.member
)
select
    target_key,
    kpi,
    dimension,
    member,
    member_id,
    starts_on,
    ends_on,
    baseline,
    value,
    owner_key,
    next_step,
    changed_at,
    row_number() over (
        partition by kpi, dimension, member_id, starts_on, ends_on
        order by changed_at desc nulls last, source desc, id desc
    ) = 1 as is_latest
from placed
