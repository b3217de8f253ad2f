-- What every model gives each channel or campaign: one row per member, one column per model, and the lowest and highest of
-- them; `auto` and `primary_campaign` are policies of one's own and widen no range. What is attributed to something without
-- a channel (or campaign) is member '(none)'; the row that is not attributed is what is left. Money without an exchange
-- rate is in no row.
with chosen as (
    select
        *,
        case when revenue_source = 'customer' then cast(1 as double) else cast(amount as double) end as value,
        case :by when 'channel' then channel else campaign end as member,
        case when :by = 'campaign' then own_campaign when own_campaign is not null then channel end as own_member
    from fact_conversions
    where revenue_source = :revenue_source
        and "on" between :first_day and :last_day
        and not coalesce(is_unconverted, false)
),
states as (
    select distinct c.order_key, c.value, case :by when 'channel' then p.channel else p.campaign end as member
    from chosen as c
    join fact_paths as p on p.revenue_source = c.revenue_source and p.order_key = c.order_key and p.is_known
),
over_touches as (
    select
        coalesce(p.is_known, c.channel is not null or c.campaign is not null) as is_attributed,
        case when p.turn is null then c.member when :by = 'channel' then p.channel else p.campaign end as member,
        sum(c.value * coalesce(p.first, 1)) as first,
        sum(c.value * coalesce(p.last, 1)) as last,
        sum(c.value * coalesce(p.last_non_direct, 1)) as last_non_direct,
        sum(c.value * coalesce(p.linear, 1)) as linear,
        sum(c.value * coalesce(p.position_based, 1)) as position_based,
        sum(c.value * coalesce(p.u_shaped_lead, 1)) as u_shaped_lead,
        sum(c.value * coalesce(p.w_shaped, 1)) as w_shaped,
        sum(c.value * coalesce(p.full_path, 1)) as full_path,
        sum(c.value * coalesce(p.time_decay, 1)) as time_decay,
        sum(c.value * coalesce(p.auto, 1)) as auto,
        0 as markov,
        0 as shapley,
        0 as primary_campaign
    from chosen as c
    left join fact_paths as p on p.revenue_source = c.revenue_source and p.order_key = c.order_key
    group by 1, 2
),
others as (
    select true as is_attributed, member, 0 as markov, sum(share) as shapley, 0 as primary_campaign
    from (select member, value / count(*) over (partition by order_key) as share from states) as shares
    group by member
    union all
    select true, nullif(m.state, '(none)'), m.share * t.value, 0, 0
    from attribution_shares as m
    cross join (
        select coalesce(sum(value), 0) as value from (select order_key, max(value) as value from states group by order_key) as paths
    ) as t
    where m.revenue_source = :revenue_source and m.level = :by
    union all
    select channel is not null or campaign is not null, member, sum(value), sum(value), 0
    from chosen
    where order_key not in (select order_key from states)
    group by 1, 2
    union all
    select own_campaign is not null, own_member, 0, 0, sum(value)
    from chosen
    group by 1, 2
),
added as (
    select
        is_attributed,
        case when is_attributed then coalesce(member, '(none)') end as member,
        sum(first) as first,
        sum(last) as last,
        sum(last_non_direct) as last_non_direct,
        sum(linear) as linear,
        sum(position_based) as position_based,
        sum(u_shaped_lead) as u_shaped_lead,
        sum(w_shaped) as w_shaped,
        sum(full_path) as full_path,
        sum(time_decay) as time_decay,
        sum(markov) as markov,
        sum(shapley) as shapley,
        sum(primary_campaign) as primary_campaign,
        sum(auto) as auto
    from (
        select * from over_touches
        union all
        select is_attributed, member, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, markov, shapley, primary_campaign from others
    ) as parts
    group by 1, 2
)
select
    *,
    least(
        first, last, last_non_direct, linear, position_based, u_shaped_lead, w_shaped, full_path, time_decay, markov, shapley
    ) as lowest,
    greatest(
        first, last, last_non_direct, linear, position_based, u_shaped_lead, w_shaped, full_path, time_decay, markov, shapley
    ) as highest
from added
order by is_attributed desc, linear desc, member
