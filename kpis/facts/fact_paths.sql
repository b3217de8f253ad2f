-- One row per conversion and touch that led to it, in the order of time, with the share that each model gives the touch:
-- the shares of one conversion add up to 1 in every model. A touch after the conversion, or longer before it than the
-- look-back, is on no path. Milestones: the last touch up to the first lead's creation, and up to the deal's.
with met as (
    select
        c.revenue_source,
        c.order_key,
        c.is_refund,
        c.first_lead_at is not null and c.opportunity_created_at is not null as has_milestones,
        t.touch_key,
        t.channel,
        t.campaign,
        t.team,
        t.kind,
        t.at,
        t.is_direct,
        t.is_marketing,
        coalesce(t.at <= c.first_lead_at, false) as is_up_to_lead,
        coalesce(t.at <= c.opportunity_created_at, false) as is_up_to_deal,
        (epoch(c.conversion_at) - epoch(t.at)) / 86400.0 as days_before
    from fact_conversions as c
    join fact_touches as t
        on t.party_key = c.party_key
        and t.at <= c.conversion_at
        and t."on" >= c.conversion_on - cast(:lookback_days as integer)
),
ordered as (
    select
        * exclude (at, is_up_to_lead, is_up_to_deal),
        row_number() over by_time as turn,
        count(*) over path as touches,
        -- 0 where there is none: no touch has that turn
        count_if(is_up_to_lead) over path as lead_turn,
        count_if(is_up_to_deal) over path as deal_turn,
        min(days_before) over path as last_days_before
    from met
    window
        by_time as (partition by revenue_source, order_key order by at, touch_key),
        path as (partition by revenue_source, order_key)
),
counted as (
    select
        *,
        cast(turn = 1 as integer) as is_first,
        cast(turn = touches as integer) as is_last,
        cast(turn = lead_turn as integer) as is_lead,
        cast(turn = deal_turn as integer) as is_deal,
        cast(lead_turn > 0 as integer) as leads,
        cast(deal_turn > 0 as integer) as deals,
        -- how many touches are no milestone: the first and the lead's; these and the deal's; these and the last
        touches - 1 - cast(lead_turn > 1 as integer) as besides_u,
        touches - 1 - cast(lead_turn > 1 as integer) - cast(deal_turn > 1 and deal_turn <> lead_turn as integer) as besides_w,
        touches - 1 - cast(lead_turn > 1 as integer) - cast(deal_turn > 1 and deal_turn <> lead_turn as integer)
            - cast(touches not in (1, lead_turn, deal_turn) as integer) as besides_full,
        max(case when not is_direct then turn end) over path as last_other_turn,
        -- against the last touch, so that old paths do not vanish in rounding
        power(2.0, (last_days_before - days_before) / :half_life_days) as freshness
    from ordered
    window path as (partition by revenue_source, order_key)
),
weighed as (
    select
        *,
        case
            when touches <= 2 then 1.0 / touches
            when turn in (1, touches) then 0.4
            else 0.2 / (touches - 2)
        end as position_based,
        -- a milestone that nobody knows, or a rest that is empty, is left out and the others scaled to 1
        (
            0.4 * (is_first + is_lead) + case when is_first + is_lead = 0 then 0.2 / besides_u else 0 end
        ) / (0.4 * (1 + leads) + case when besides_u > 0 then 0.2 else 0 end) as u_shaped_lead,
        (
            0.3 * (is_first + is_lead + is_deal) + case when is_first + is_lead + is_deal = 0 then 0.1 / besides_w else 0 end
        ) / (0.3 * (1 + leads + deals) + case when besides_w > 0 then 0.1 else 0 end) as w_shaped,
        (
            0.225 * (is_first + is_lead + is_deal + is_last)
            + case when is_first + is_lead + is_deal + is_last = 0 then 0.1 / besides_full else 0 end
        ) / (0.225 * (2 + leads + deals) + case when besides_full > 0 then 0.1 else 0 end) as full_path,
        freshness / sum(freshness) over path as time_decay
    from counted
    window path as (partition by revenue_source, order_key)
)
select
    revenue_source,
    order_key,
    is_refund,
    turn,
    touches,
    touch_key,
    channel,
    campaign,
    team,
    kind,
    is_marketing,
    days_before,
    lead_turn,
    deal_turn,
    channel is not null or campaign is not null as is_known,
    cast(is_first as double) as first,
    cast(is_last as double) as last,
    cast(turn = coalesce(last_other_turn, touches) as double) as last_non_direct,
    cast(1.0 as double) / touches as linear,
    cast(position_based as double) as position_based,
    cast(u_shaped_lead as double) as u_shaped_lead,
    cast(w_shaped as double) as w_shaped,
    cast(full_path as double) as full_path,
    cast(time_decay as double) as time_decay,
    cast(case when has_milestones then w_shaped else position_based end as double) as auto
from weighed
