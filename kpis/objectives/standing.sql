-- Every objective in every period that is of it: what was aimed at, and what came of it by the period's close.
with held as (
    select
        t.kpi as of_kpi,
        t.dimension as of_dimension,
        t.member_id as of_member_id,
        coalesce(m.member, t.member, t.member_id) as of_member,
        -- a person's own number first, else who answers for it
        case when t.dimension = 'owner' then t.member_id else t.owner_key end as owner_key,
        t.starts_on,
        t.ends_on,
        s.length,
        s.is_odd,
        s.before_from,
        cast(t.value as double) as aim,
        cast(t.baseline as double) as told_baseline,
        k.better,
        k.needs_whole_periods
    from fact_targets as t
    join :spans on s.starts_on = t.starts_on and s.ends_on = t.ends_on
    left join :betters on k.id = t.kpi
    left join fact_members as m on m.dimension = t.dimension and m.member_id = t.member_id
    where t.is_latest and t.kpi not in (:left_out)
),
met as (
    select
        h.*,
        p.grain,
        p.seq,
        p.is_partial,
        least(p.close_on, h.ends_on) as close_on,
        h.starts_on = p.period_start and h.ends_on = p.period_end as is_exact,
        p.close_on between h.starts_on and h.ends_on as is_running
    from held as h
    join periods as p
        on (p.period_start = h.starts_on and p.period_end = h.ends_on) or p.close_on between h.starts_on and h.ends_on
),
known as (
    select
        m.*,
        a.value as actual,
        case
            when a.kpi is null then 'missing_input'
            -- a part of an odd span misleads as a part of a month does
            when m.needs_whole_periods and m.is_odd and m.close_on < m.ends_on then 'partial_period'
            else a.reason
        end as actual_reason,
        -- what the number rests on; whether the period asked is over is told apart
        trim(replace(',' || coalesce(a.flags, '') || ',', ',is_partial,', ','), ',') as flags,
        coalesce(a.definition, '') as definition,
        coalesce(m.told_baseline, b.value) as baseline,
        case
            when m.told_baseline is not null then null
            when b.kpi is null then 'missing_input'
            else b.reason
        end as baseline_reason,
        cast(date_diff('day', m.starts_on, m.close_on) + 1 as double) / (date_diff('day', m.starts_on, m.ends_on) + 1) as elapsed
    from met as m
    left join objective_actuals as a
        on a.kpi = m.of_kpi
        and a.dimension = m.of_dimension
        and a.member_id = m.of_member_id
        and a.starts_on = m.starts_on
        and a.ends_on = m.ends_on
        and a.close_on = m.close_on
    left join objective_actuals as b
        on b.kpi = m.of_kpi
        and b.dimension = m.of_dimension
        and b.member_id = m.of_member_id
        and b.starts_on = m.before_from
        and b.ends_on = m.starts_on - 1
        and b.close_on = m.starts_on - 1
)
select
    *,
    case when better = 'lower' then aim else actual end as top,
    case when better = 'lower' then actual else aim end as bottom,
    coalesce(
        actual_reason,
        case when aim = 0 or (better = 'lower' and actual = 0) then 'zero_denominator' end,
        -- a ratio of what lies below zero grows the wrong way
        case when aim < 0 or (better = 'lower' and actual < 0) then 'not_applicable' end
    ) as attainment_reason,
    coalesce(
        actual_reason,
        baseline_reason,
        case when aim = baseline then 'zero_denominator' end,
        -- a target on the wrong side of where things stood would call a failure a success
        case when (better = 'higher' and aim < baseline) or (better = 'lower' and aim > baseline) then 'not_applicable' end
    ) as progress_reason
from known
