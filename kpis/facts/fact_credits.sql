-- Each order's money split over the touches that led to it; the credits of one order add up to its amount exactly.
-- Model: w_shaped where the first lead's date and the deal's date are known, else position_based.
with people as (
    select person_key, account, channel, campaign, coalesce(account, person_key) as party_key from fact_people
),
campaign_channels as (
    select
        campaign_key,
        arg_min(channel, case when source || ':' || id = campaign_key then 0 else 1 end) as channel
    from campaigns
    where not coalesce(is_deleted, false) and channel is not null
    group by campaign_key
),
first_leads as (
    select coalesce(account, person_key) as party_key, min(created_at) as first_lead_at
    from fact_people
    group by 1
),
sold as (
    select
        o.*,
        coalesce(o.account, p.party_key, o.person_key) as party_key,
        coalesce(p.channel, a.channel) as lead_channel,
        coalesce(p.campaign, a.campaign) as lead_campaign,
        l.first_lead_at
    from fact_orders as o
    left join people as p on p.person_key = o.person_key
    left join fact_accounts as a on a.account_key = o.account
    left join first_leads as l on l.party_key = coalesce(o.account, p.party_key, o.person_key)
),
contacts as (
    select
        coalesce(t.account_key, p.account, d.account, t.person_key) as party_key,
        t.campaign_key as campaign,
        coalesce(t.channel, c.channel) as channel,
        t.at,
        cast(t.at at time zone :timezone as date) as "on",
        t.source || ':' || t.id as touch_key
    from touches as t
    left join people as p on p.person_key = t.person_key
    left join fact_deals as d on d.opportunity_key = t.opportunity_key
    left join campaign_channels as c on c.campaign_key = t.campaign_key
    where not coalesce(t.is_deleted, false) and t.at is not null
),
paths as (
    select
        o.revenue_source,
        o.order_key,
        o."on",
        o.amount,
        o.cogs,
        o.is_unconverted,
        o.first_lead_at is not null and o.opportunity_created_at is not null as is_w_shaped,
        t.channel,
        t.campaign,
        t.at <= o.first_lead_at as is_up_to_lead,
        t.at <= o.opportunity_created_at as is_up_to_opportunity,
        count(*) over path as touches,
        row_number() over (partition by o.revenue_source, o.order_key order by t.at, t.touch_key) as turn
    from sold as o
    join contacts as t
        on t.party_key = o.party_key
        and t.at <= o.conversion_at
        and t."on" >= o.conversion_on - cast(:lookback_days as integer)
    window path as (partition by o.revenue_source, o.order_key)
),
milestones as (
    select
        *,
        coalesce(max(case when is_up_to_lead then turn end) over path, 0) as lead_turn,
        coalesce(max(case when is_up_to_opportunity then turn end) over path, 0) as opportunity_turn
    from paths
    window path as (partition by revenue_source, order_key)
),
weights as (
    select
        *,
        case
            when is_w_shaped and turn not in (1, lead_turn, opportunity_turn)
                then 0.1 / count(*) filter (where turn not in (1, lead_turn, opportunity_turn)) over path
            when is_w_shaped
                then 0.3 * (cast(turn = 1 as integer) + cast(turn = lead_turn as integer) + cast(turn = opportunity_turn as integer))
            when touches <= 2 then 1.0 / touches
            when turn in (1, touches) then 0.4
            else 0.2 / (touches - 2)
        end as weight
    from milestones
    window path as (partition by revenue_source, order_key)
),
running as (
    select
        *,
        sum(weight) over up_to_here / sum(weight) over path as share_so_far
    from weights
    window
        path as (partition by revenue_source, order_key),
        up_to_here as (partition by revenue_source, order_key order by turn rows unbounded preceding)
),
split as (
    select
        *,
        coalesce(lag(share_so_far) over (partition by revenue_source, order_key order by turn), 0) as share_before
    from running
)
select
    revenue_source,
    order_key,
    "on",
    channel,
    campaign,
    share_so_far - share_before as share,
    -- the last one gets what is left, so nothing is lost to rounding
    cast(
        case when turn = touches then amount else cast(round(amount * share_so_far, 4) as decimal(18, 4)) end
        - cast(round(amount * share_before, 4) as decimal(18, 4)) as decimal(18, 4)
    ) as amount,
    cast(
        case when turn = touches then cogs else cast(round(cogs * share_so_far, 4) as decimal(18, 4)) end
        - cast(round(cogs * share_before, 4) as decimal(18, 4)) as decimal(18, 4)
    ) as cogs,
    is_unconverted,
    channel is not null or campaign is not null as is_attributed
from split
union all
select
    o.revenue_source,
    o.order_key,
    o."on",
    case
        when o.campaign is not null then coalesce(o.channel, c.channel)
        when o.channel is not null then o.channel
        else o.lead_channel
    end,
    case when o.campaign is null and o.channel is null then o.lead_campaign else o.campaign end,
    1.0,
    o.amount,
    o.cogs,
    o.is_unconverted,
    coalesce(o.campaign, o.channel, o.lead_channel, o.lead_campaign) is not null
from sold as o
left join campaign_channels as c on c.campaign_key = o.campaign
where not exists (
    select 1 from paths as p where p.revenue_source = o.revenue_source and p.order_key = o.order_key
)
