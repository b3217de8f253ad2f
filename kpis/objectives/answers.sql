-- One row per KPI, period and member, in the columns that every answer has.
with asked as (
    select k.kpi, p.grain, p.seq, 'org' as dimension, 'all' as member_id from periods as p cross join :kpis
    union
    select kpi, grain, seq, dimension, member_id from told
),
summed as (
    select
        kpi,
        grain,
        seq,
        dimension,
        member_id,
        min(member) as member,
        min(thread) as thread,
        count(*) as objectives,
        min(value) as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        min(reason) as reason,
        min(status) as status,
        min(flags) as flags,
        min(definition) as definition
    from told
    group by kpi, grain, seq, dimension, member_id
),
judged as (
    select
        a.kpi,
        a.grain,
        a.seq,
        a.dimension,
        a.member_id,
        s.member,
        coalesce(s.thread, 'all') as thread,
        case
            when not :is_offered then null
            when a.kpi = 'objectives_on_track_share' and s.denominator > 0 then s.numerator / s.denominator
            when s.objectives = 1 then s.value
        end as value,
        case
            when not :is_offered then null
            when a.kpi = 'objectives_on_track_share' then coalesce(s.numerator, 0)
            when s.objectives = 1 then s.numerator
        end as numerator,
        case
            when not :is_offered then null
            when a.kpi = 'objectives_on_track_share' then coalesce(s.denominator, 0)
            when s.objectives = 1 then s.denominator
        end as denominator,
        case
            when not :is_offered then 'missing_input'
            when a.kpi = 'objectives_on_track_share' then case when coalesce(s.denominator, 0) = 0 then 'zero_denominator' end
            when s.objectives is null then 'missing_input'
            -- shares of several targets neither add up nor have a mean
            when s.objectives > 1 then 'not_applicable'
            else s.reason
        end as reason,
        case when s.objectives = 1 and a.kpi <> 'objectives_on_track_share' then s.status end as status,
        case when s.objectives = 1 then s.flags end as flags,
        case when s.objectives = 1 then s.definition end as definition,
        a.kpi = 'objectives_on_track_share' and s.denominator between 1 and :low_sample_below - 1 as is_small
    from asked as a
    left join summed as s
        on s.kpi = a.kpi
        and s.grain = a.grain
        and s.seq = a.seq
        and s.dimension = a.dimension
        and s.member_id = a.member_id
),
-- Wilson's 95 % interval of a share of few cases
bounded as (
    select
        *,
        case when is_small then (value + 1.9207294 / denominator) / (1 + 3.8414588 / denominator) end as centre,
        case when is_small then 1.9599640 * sqrt(value * (1 - value) / denominator + 0.9603647 / (denominator * denominator))
            / (1 + 3.8414588 / denominator) end as half_width
    from judged
)
select
    j.kpi,
    j.grain,
    p.period_start,
    p.period_end,
    j.dimension,
    coalesce(j.member, j.member_id) as member,
    j.member_id,
    cast(j.value as double) as value,
    cast(j.numerator as double) as numerator,
    cast(j.denominator as double) as denominator,
    cast(j.reason as varchar) as reason,
    concat_ws(',', case when p.is_partial then 'is_partial' end, case when j.is_small then 'low_sample' end, nullif(j.flags, '')) as flags,
    coalesce(j.definition, '') as definition,
    case when not :is_alone then cast(b.value as double) end as previous,
    case when not :is_alone and j.kpi = 'target_attainment' then cast(y.value as double) end as year_before,
    case when j.is_small then greatest(j.centre - j.half_width, 0) end as interval_low,
    case when j.is_small then least(j.centre + j.half_width, 1) end as interval_high,
    cast(null as double) as target,
    cast(j.status as varchar) as status
from bounded as j
join periods as p on p.grain = j.grain and p.seq = j.seq
left join judged as b
    on b.kpi = j.kpi and b.grain = j.grain and b.dimension = j.dimension and b.thread = j.thread and b.seq = j.seq - 1
left join judged as y
    on y.kpi = j.kpi and y.grain = j.grain and y.dimension = j.dimension and y.thread = j.thread and y.seq = p.year_seq
where p.is_asked and not :is_future
