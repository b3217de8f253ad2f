-- Each conversion split over what led to it, by the model chosen: the shares of a conversion add up to 1, its credits to its
-- amount exactly. Without a path the whole goes to its own campaign or channel, else to those of its lead, else to nothing.
-- Models over touches give a row per touch, at level `all`. Markov and Shapley split over states: levels `channel` and
-- `campaign` hold the same money twice, so a question by campaign takes the levels `all` and `campaign`, any other `all`
-- and `channel`.
with over_touches as (
    select
        *,
        case :attribution_model
            when 'first' then first
            when 'last' then last
            when 'last_non_direct' then last_non_direct
            when 'linear' then linear
            when 'position_based' then position_based
            when 'u_shaped_lead' then u_shaped_lead
            when 'w_shaped' then w_shaped
            when 'full_path' then full_path
            when 'time_decay' then time_decay
            when 'auto' then auto
        end as share
    from fact_paths
    where :attribution_model not in ('markov', 'shapley', 'primary_campaign')
),
running as (
    select
        *,
        sum(share) over (partition by revenue_source, order_key order by turn rows unbounded preceding) as share_so_far
    from over_touches
),
-- of a conversion, every state on its path is worth the same
states as (
    select distinct
        p.revenue_source,
        p.order_key,
        l.level,
        case when l.level = 'channel' then p.channel end as channel,
        case when l.level = 'campaign' then p.campaign end as campaign
    from fact_paths as p
    cross join (values ('channel'), ('campaign')) as l (level)
    where p.is_known and :attribution_model = 'shapley'
),
placed_states as (
    select
        *,
        row_number() over (partition by revenue_source, order_key, level order by channel, campaign) as position,
        cast(count(*) over (partition by revenue_source, order_key, level) as double) as positions
    from states
),
-- of all conversions alike, what the journeys together say that a state is worth
model as (
    select
        revenue_source,
        level,
        nullif(state, '(none)') as state,
        share,
        row_number() over by_state as position,
        count(*) over (partition by revenue_source, level) as positions,
        sum(share) over by_state as share_so_far
    from attribution_shares
    where share > 0 and :attribution_model = 'markov'
    window by_state as (partition by revenue_source, level order by state rows unbounded preceding)
),
modelled as (
    select
        *,
        coalesce(lag(share_so_far) over (partition by revenue_source, level order by position), 0) as share_before
    from model
),
with_path as (
    select distinct revenue_source, order_key
    from fact_paths
    where is_known and :attribution_model = 'markov'
),
portions as (
    select
        revenue_source,
        order_key,
        'all' as level,
        channel,
        campaign,
        team,
        kind,
        touch_key,
        turn as position,
        is_known,
        share,
        coalesce(lag(share_so_far) over (partition by revenue_source, order_key order by turn), 0) as share_before,
        share_so_far,
        turn = touches as is_last
    from running
    union all
    select
        revenue_source, order_key, level, channel, campaign, null, null, null, position, true,
        1 / positions, (position - 1) / positions, position / positions, position = positions
    from placed_states
    union all
    select
        p.revenue_source, p.order_key, m.level, m.state, null, null, null, null, m.position, true,
        m.share, m.share_before, m.share_so_far, m.position = m.positions
    from with_path as p
    join modelled as m on m.revenue_source = p.revenue_source and m.level = 'channel'
),
-- by campaign the conversions of a day are split together: each over every campaign would be a product of the two
pooled as (
    select
        c.revenue_source, c."on", c.is_unconverted, count(*) as conversions, sum(c.amount) as amount,
        case when count(c.cogs) = count(*) then sum(c.cogs) end as cogs
    from fact_conversions as c
    join with_path as p on p.revenue_source = c.revenue_source and p.order_key = c.order_key
    group by c.revenue_source, c."on", c.is_unconverted, c.cogs is null
),
split as (
    select
        c.revenue_source,
        c.order_key,
        c.record_table,
        c.record_key,
        c.account,
        c.person_key,
        c."on",
        c.amount,
        c.cogs,
        c.is_unconverted,
        coalesce(p.level, 'all') as level,
        case
            when p.level is not null then p.channel
            when :attribution_model <> 'primary_campaign' or c.own_campaign is not null then c.channel
        end as channel,
        case
            when p.level is not null then p.campaign
            when :attribution_model = 'primary_campaign' then c.own_campaign
            else c.campaign
        end as campaign,
        p.team,
        p.kind,
        p.touch_key,
        case when p.level is null then 1 else p.position end as position,
        p.is_known,
        case when p.level is null then 1 else p.share end as share,
        case when p.level is null then 0 else p.share_before end as share_before,
        case when p.level is null then 1 else p.share_so_far end as share_so_far,
        p.level is null or p.is_last as is_last
    from fact_conversions as c
    left join portions as p on p.revenue_source = c.revenue_source and p.order_key = c.order_key
    union all
    select
        c.revenue_source, null, null, null, null, null, c."on", c.amount, c.cogs, c.is_unconverted, m.level, null, m.state,
        null, null, null, m.position, true, c.conversions * m.share, m.share_before, m.share_so_far,
        m.position = m.positions
    from pooled as c
    join modelled as m on m.revenue_source = c.revenue_source and m.level = 'campaign'
)
select
    revenue_source,
    order_key,
    record_table,
    record_key,
    account,
    person_key,
    "on",
    level,
    position,
    touch_key,
    channel,
    campaign,
    team,
    kind,
    share,
    -- the last one gets what is left, so nothing is lost to rounding
    cast(
        case when is_last then amount else cast(round(amount * share_so_far, 4) as decimal(18, 4)) end
        - cast(round(amount * share_before, 4) as decimal(18, 4)) as decimal(18, 4)
    ) as amount,
    cast(
        case when is_last then cogs else cast(round(cogs * share_so_far, 4) as decimal(18, 4)) end
        - cast(round(cogs * share_before, 4) as decimal(18, 4)) as decimal(18, 4)
    ) as cogs,
    is_unconverted,
    coalesce(is_known, channel is not null or campaign is not null) as is_attributed
from split
where share is distinct from 0
