-- Thirty KPIs by month and channel as an analyst would write them who needs just these numbers: one scan per fact and
-- date, the whole and the channels together, ratios divided last. Amounts without an exchange rate make no number.
-- Left out: why there is no number, flags, definitions, targets, and what a value was before.
with months as (
    select unnest(generate_series(timestamp '2021-12-01', timestamp '2026-11-01', interval 1 month)) as month
),
leads_created as (
    select
        date_trunc('month', created_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) as leads,
        count(*) filter (where not was_customer_before) as prospects,
        count(*) filter (where qualified_on - created_on <= 90 and qualified_on <= date '2026-11-15') as qualified_in_time,
        count(*) filter (where not was_customer_before and customer_on - created_on <= 90 and customer_on <= date '2026-11-15')
            as converted_in_time
    from fact_people
    where created_on between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', created_on)), (date_trunc('month', created_on), channel))
),
leads_qualified as (
    select
        date_trunc('month', qualified_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) as qualified
    from fact_people
    where qualified_on between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', qualified_on)), (date_trunc('month', qualified_on), channel))
),
people_won as (
    select
        date_trunc('month', customer_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) filter (where account is null and not was_customer_before) as people_won
    from fact_people
    where customer_on between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', customer_on)), (date_trunc('month', customer_on), channel))
),
accounts_won as (
    select
        date_trunc('month', became_customer_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) as customers
    from fact_accounts
    where became_customer_on between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', became_customer_on)), (date_trunc('month', became_customer_on), channel))
),
deals_created as (
    select
        date_trunc('month', created_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) as deals,
        count(*) filter (where kind = 'new') as new_deals,
        count(*) filter (where not is_renewal) as created,
        sum(amount) as amount_in,
        sum(amount) filter (where not is_renewal) as new_amount_in,
        count(*) filter (where is_unconverted) as unrated_in,
        count(*) filter (where is_unconverted and not is_renewal) as new_unrated_in
    from fact_deals
    where created_on <= date '2026-11-15'
    group by grouping sets ((date_trunc('month', created_on)), (date_trunc('month', created_on), channel))
),
deals_gone as (
    select
        date_trunc('month', left_pipeline_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) filter (where not is_renewal) as gone,
        sum(amount) as amount_out,
        sum(amount) filter (where not is_renewal) as new_amount_out,
        count(*) filter (where is_unconverted) as unrated_out,
        count(*) filter (where is_unconverted and not is_renewal) as new_unrated_out
    from fact_deals
    where left_pipeline_on <= date '2026-11-15'
    group by grouping sets ((date_trunc('month', left_pipeline_on)), (date_trunc('month', left_pipeline_on), channel))
),
deals_closed as (
    select
        date_trunc('month', closed_on) as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        count(*) filter (where is_won and not is_renewal) as won,
        count(*) filter (where is_lost and not is_renewal) as lost,
        sum(amount) filter (where is_won) as won_amount,
        count(*) filter (where is_unconverted and is_won) as won_unrated,
        sum(amount) filter (where is_won and not is_renewal) as new_won_amount,
        count(*) filter (where is_unconverted and is_won and not is_renewal) as new_won_unrated,
        sum(cycle_days) filter (where is_won and cycle_days >= 0) as days,
        count(*) filter (where is_won and cycle_days >= 0) as cycles
    from fact_deals
    where closed_on between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', closed_on)), (date_trunc('month', closed_on), channel))
),
quotas as (
    select
        month,
        'all' as channel,
        sum(per_day * (date_diff('day', greatest(starts_on, cast(month as date)), least(ends_on, last_on)) + 1)) as quota
    from fact_quotas
    join (select month, cast(month + interval 1 month as date) - 1 as last_on from months) as m
        on starts_on <= last_on and ends_on >= month
    where not is_of_owner
    group by month
),
refunds as (
    select
        date_trunc('month', "on") as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        sum(amount) as refunded,
        count(*) filter (where is_unconverted) as refunds_unrated
    from fact_revenue
    where is_refund and "on" between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', "on")), (date_trunc('month', "on"), channel))
),
orders as (
    select
        date_trunc('month', "on") as month,
        'all' as channel,
        sum(amount) as ordered,
        count(*) filter (where is_unconverted) as orders_unrated,
        count(*) filter (where not is_refund) as orders
    from fact_orders
    where revenue_source = 'won' and "on" between date '2023-11-01' and date '2026-11-15'
    group by 1
),
credits as (
    select
        date_trunc('month', "on") as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        sum(amount) filter (where is_attributed) as credited,
        sum(amount) filter (where not is_attributed) as uncredited,
        sum(coalesce(cogs, amount * (1 - 0.7))) filter (where is_attributed) as goods,
        count(*) filter (where is_unconverted and is_attributed) as credits_unrated,
        count(*) filter (where is_unconverted and not is_attributed) as uncredited_unrated
    from fact_credits
    where revenue_source = 'won' and level in ('all', 'channel') and "on" between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', "on")), (date_trunc('month', "on"), channel))
),
marketing as (
    select
        date_trunc('month', "on") as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        sum(amount) as marketed,
        sum(amount) filter (where is_sourced) as sourced,
        count(*) filter (where is_unconverted) as marketed_unrated
    from fact_marketing_orders
    where revenue_source = 'won' and "on" between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', "on")), (date_trunc('month', "on"), channel))
),
costs as (
    select
        date_trunc('month', "on") as month,
        case when grouping(channel) = 1 then 'all' else coalesce(channel, '(none)') end as channel,
        case when count(*) filter (where is_unconverted) = 0 then sum(amount) end as cost,
        case when count(*) filter (where is_unconverted and kind = 'media') = 0 then sum(amount) filter (where kind = 'media') end as media,
        count(*) filter (where kind = 'media') > 0 as has_media,
        case
            when count(*) filter (where is_unconverted and coalesce(kind, '') <> 'sales') = 0
                then sum(amount) filter (where coalesce(kind, '') <> 'sales')
        end as marketing_cost,
        case
            when count(*) filter (where is_unconverted and coalesce(kind, '') not in ('sales', 'automation')) = 0
                then sum(amount) filter (where coalesce(kind, '') not in ('sales', 'automation'))
        end as spend
    from fact_costs
    where "on" between date '2023-11-01' and date '2026-11-15'
    group by grouping sets ((date_trunc('month', "on")), (date_trunc('month', "on"), channel))
),
places as (
    select 'all' as channel union select channel from leads_created union select channel from deals_created
    union select channel from costs
),
beside as (
    select
        *,
        coalesce(leads, 0) as all_leads,
        coalesce(qualified, 0) as all_qualified,
        coalesce(created, 0) - coalesce(gone, 0) as net,
        coalesce(amount_in, 0) - coalesce(amount_out, 0) as net_amount,
        coalesce(new_amount_in, 0) - coalesce(new_amount_out, 0) as net_new_amount,
        coalesce(unrated_in, 0) - coalesce(unrated_out, 0) as net_unrated,
        coalesce(new_unrated_in, 0) - coalesce(new_unrated_out, 0) as net_new_unrated
    from months
    cross join places
    left join leads_created using (month, channel)
    left join leads_qualified using (month, channel)
    left join people_won using (month, channel)
    left join accounts_won using (month, channel)
    left join deals_created using (month, channel)
    left join deals_gone using (month, channel)
    left join deals_closed using (month, channel)
    left join quotas using (month, channel)
    left join refunds using (month, channel)
    left join orders using (month, channel)
    left join credits using (month, channel)
    left join marketing using (month, channel)
    left join costs using (month, channel)
),
running as (
    select
        *,
        sum(net) over so_far as open_deals,
        case when sum(net_unrated) over so_far = 0 then sum(net_amount) over so_far end as open_amount,
        case when sum(net_new_unrated) over so_far = 0 then sum(net_new_amount) over so_far end as open_new_amount,
        lag(all_qualified) over so_far as qualified_before,
        case
            when channel <> 'all' then all_leads
            else sum(all_leads) filter (where has_media and channel not in ('all', '(none)')) over (partition by month)
        end as paid_leads,
        case
            when channel <> 'all' then all_qualified
            else sum(all_qualified) filter (where has_media and channel not in ('all', '(none)')) over (partition by month)
        end as paid_qualified,
        case when coalesce(won_unrated, 0) = 0 then coalesce(won_amount, 0) end as revenue,
        case when coalesce(new_won_unrated, 0) = 0 then coalesce(new_won_amount, 0) end
            + case when coalesce(refunds_unrated, 0) = 0 then coalesce(refunded, 0) end as net_new,
        case when coalesce(orders_unrated, 0) = 0 then ordered / nullif(orders, 0) end as ticket,
        case when coalesce(credits_unrated, 0) = 0 then coalesce(credited, 0) end as income,
        case when coalesce(credits_unrated, 0) = 0 then coalesce(goods, 0) end as goods_sold,
        case when channel = 'all' then marketing_cost else media end as cost_of_marketing,
        month + interval 1 month - interval 1 day + interval 90 day < date '2026-11-15' as is_mature
    from beside
    window so_far as (partition by channel order by month rows unbounded preceding)
)
select
    cast(month as date) as month,
    case when channel = 'all' then 'org' else 'channel' end as dimension,
    channel as member,
    coalesce(leads, 0) as new_leads,
    coalesce(qualified, 0) as new_qualified_leads,
    case when is_mature then qualified_in_time / nullif(leads, 0) end as qualified_lead_rate,
    media / nullif(paid_leads, 0) as cost_per_lead,
    media / nullif(paid_qualified, 0) as cost_per_qualified_lead,
    case when month < timestamp '2026-11-01' then (all_qualified - qualified_before) / nullif(qualified_before, 0) end
        as lead_velocity_rate,
    case when is_mature then converted_in_time / nullif(prospects, 0) end as lead_conversion_rate_cohort,
    (coalesce(customers, 0) + coalesce(people_won, 0)) / nullif(prospects, 0) as lead_conversion_rate_period,
    coalesce(deals, 0) as new_opportunities,
    coalesce(new_deals, 0) as new_business_opportunities,
    coalesce(won, 0) / nullif(open_deals - net + coalesce(created, 0), 0) as close_rate_pipeline,
    won / nullif(won + lost, 0) as win_rate,
    coalesce(won, 0) / nullif(created, 0) as close_rate_created,
    days / nullif(cycles, 0) as sales_cycle_length,
    open_new_amount / nullif(quota, 0) as pipeline_coverage,
    open_amount as open_pipeline_amount,
    revenue as won_revenue,
    net_new as net_new_revenue,
    coalesce(customers, 0) as new_customers,
    case when channel = 'all' then cost else media end / nullif(customers, 0) as customer_acquisition_cost,
    cost_of_marketing / nullif(customers, 0) as marketing_cac,
    case when ticket > 0 then ticket end as average_ticket,
    case when channel = 'all' and ticket > 0 then marketing_cost / nullif(customers, 0) / ticket end as cac_to_ticket_ratio,
    (income - marketing_cost) / nullif(marketing_cost, 0) as roi,
    (income - goods_sold - spend) / nullif(spend, 0) as romi,
    (income - marketing_cost) / nullif(marketing_cost, 0) as activity_roi,
    income as attributed_revenue,
    case when channel = 'all' and coalesce(uncredited_unrated, 0) = 0 then coalesce(uncredited, 0) end as unattributed_revenue,
    media as media_cost,
    case when marketed_unrated = 0 then coalesce(sourced, 0) / nullif(marketed, 0) end as marketing_sourced_revenue_share
from running
where month >= timestamp '2023-12-01'
order by month, channel
