-- What each objective says of each KPI, under every member that it is told of.
with said as (
    select
        'target_attainment' as kpi,
        s.*,
        case when attainment_reason is null then top / bottom end as value,
        top as numerator,
        bottom as denominator,
        attainment_reason as reason,
        case
            when actual_reason is not null or better not in ('higher', 'lower') then null
            when (better = 'higher' and actual >= aim) or (better = 'lower' and actual <= aim) then 'met'
            else 'missed'
        end as status
    from standing as s
    where is_exact
    union all
    select
        'relationship_objective_progress',
        s.*,
        case when progress_reason is null then (actual - baseline) / (aim - baseline) end,
        case when actual_reason is null and baseline_reason is null then actual - baseline end,
        case when actual_reason is null and baseline_reason is null then aim - baseline end,
        progress_reason,
        case
            when progress_reason is not null then null
            -- to the last digits, which a computer's fractions lose
            when (actual - baseline) / (aim - baseline) >= 1 - 0.000000001 then 'met'
            when close_on = ends_on then 'missed'
            when (actual - baseline) / (aim - baseline) >= elapsed - 0.000000001 then 'on_track'
            else 'behind'
        end
    from standing as s
    where is_running
),
counted as (
    select kpi, grain, seq, of_kpi, of_dimension, of_member_id, of_member, owner_key, length, value, numerator, denominator, reason, status, flags, definition
    from said
    union all
    select
        'objectives_on_track_share',
        grain,
        seq,
        of_kpi,
        of_dimension,
        of_member_id,
        of_member,
        owner_key,
        length,
        cast(null as double),
        case when reason is null and status in ('met', 'on_track') then 1.0 else 0.0 end,
        case when reason is null then 1.0 else 0.0 end,
        reason,
        status,
        '',
        ''
    from said
    where kpi = 'relationship_objective_progress'
),
placed as (
    -- the thread runs from period to period: a month's objective follows that of the month before
    select c.*, 'org' as dimension, 'all' as member_id, 'all' as member, 'all' as thread from counted as c
    union all
    select c.*, 'owner', c.owner_key, coalesce(m.member, c.owner_key), c.owner_key
    from counted as c
    left join fact_members as m on m.dimension = 'owner' and m.member_id = c.owner_key
    union all
    select c.*, c.of_dimension, c.of_member_id, c.of_member, c.of_member_id
    from counted as c
    where c.of_dimension in ('account', 'segment')
    union all
    select
        c.*,
        'target',
        c.of_kpi || case when c.of_dimension = 'org' then '' else '/' || c.of_dimension || '/' || coalesce(c.of_member_id, '') end,
        c.of_kpi || case when c.of_dimension = 'org' then '' else ' (' || coalesce(c.of_member, '') || ')' end,
        c.of_kpi || '/' || c.of_dimension || '/' || coalesce(c.of_member_id, '') || '/' || c.length
    from counted as c
)
select
    kpi,
    grain,
    seq,
    dimension,
    member_id || case when is_alike then '/' || length else '' end as member_id,
    member || case when is_alike then ' (' || length || ')' else '' end as member,
    thread,
    value,
    numerator,
    denominator,
    reason,
    status,
    flags,
    definition
from (
    select
        *,
        -- a month's and a year's objective of one KPI stand side by side
        dimension = 'target' and count(*) over (partition by kpi, grain, seq, dimension, member_id) > 1 as is_alike
    from placed
) as marked
where kpi in (:ids)
    and member_id is not null
    and dimension in (:dimensions)
    and (kpi <> 'objectives_on_track_share' or dimension <> 'target')
