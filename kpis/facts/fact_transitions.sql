-- How often one state of a journey followed another: all that the Markov model needs to know of the journeys. A state is
-- a channel, or a campaign; `before` is null at the start, `after` at the end, where `is_converted` says which end.
-- A converted journey is the path of one conversion. A party that never converted is one journey without success, as
-- long as a path may be, up to its last touch. Touches of unknown channel and campaign say nothing and are left out.
with converted_parties as (
    select
        party_key,
        bool_or(revenue_source = 'won') as has_won,
        bool_or(revenue_source = 'invoices') as has_invoices,
        bool_or(revenue_source = 'customer') as is_customer
    from fact_conversions
    group by party_key
),
walked as (
    select
        channel,
        campaign,
        lag(coalesce(channel, '(none)')) over journey as channel_before,
        lag(coalesce(campaign, '(none)')) over journey as campaign_before,
        row_number() over (partition by revenue_source, order_key order by turn desc) = 1 as is_end,
        revenue_source
    from fact_paths
    where is_known and not is_refund
    window journey as (partition by revenue_source, order_key order by turn)
),
lasts as (
    select party_key, max("on") as last_on
    from fact_touches
    where channel is not null or campaign is not null
    group by party_key
),
wandered as (
    select
        t.channel,
        t.campaign,
        lag(coalesce(t.channel, '(none)')) over journey as channel_before,
        lag(coalesce(t.campaign, '(none)')) over journey as campaign_before,
        row_number() over (partition by t.party_key order by t.at desc, t.touch_key desc) = 1 as is_end,
        coalesce(c.has_won, false) as has_won,
        coalesce(c.has_invoices, false) as has_invoices,
        coalesce(c.is_customer, false) as is_customer
    from fact_touches as t
    join lasts as l on l.party_key = t.party_key and t."on" >= l.last_on - cast(:lookback_days as integer)
    left join converted_parties as c on c.party_key = t.party_key
    where (t.channel is not null or t.campaign is not null)
        and not coalesce(c.has_won and c.has_invoices and c.is_customer, false)
    window journey as (partition by t.party_key order by t.at, t.touch_key)
),
counted as (
    select
        revenue_source,
        coalesce(channel, '(none)') as channel,
        coalesce(campaign, '(none)') as campaign,
        channel_before,
        campaign_before,
        is_end,
        true as is_converted,
        count(*) as journeys
    from walked
    group by all
    union all
    select
        s.revenue_source,
        coalesce(w.channel, '(none)'),
        coalesce(w.campaign, '(none)'),
        w.channel_before,
        w.campaign_before,
        w.is_end,
        false,
        count(*)
    from wandered as w
    join (values ('won'), ('invoices'), ('customer')) as s (revenue_source)
        on not case s.revenue_source when 'won' then w.has_won when 'invoices' then w.has_invoices else w.is_customer end
    group by all
),
levelled as (
    select
        'channel' as level, revenue_source, channel_before as before, channel as state, is_end, is_converted, journeys
    from counted
    union all
    select 'campaign', revenue_source, campaign_before, campaign, is_end, is_converted, journeys from counted
)
select revenue_source, level, before, state as after, false as is_converted, sum(journeys) as journeys
from levelled
group by revenue_source, level, before, state
union all
select revenue_source, level, state, null, is_converted, sum(journeys)
from levelled
where is_end
group by revenue_source, level, state, is_converted
