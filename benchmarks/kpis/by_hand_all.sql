-- All KPIs by month and six dimensions, as an analyst would write them who needs just these numbers. A block that begins
-- with `scan` becomes one select with grouping sets: the month as a whole, and per member of each dimension named.
-- Left out: why there is no number, flags, definitions, targets, and what a value was before.
with months as (
    select
        month,
        cast(month + interval 1 month as date) - 1 as last_on,
        least(cast(month + interval 1 month as date) - 1, date '2026-11-15') as close_on
    from (select unnest(generate_series(timestamp '2021-12-01', timestamp '2026-11-01', interval 1 month)) as month)
),
asked as (
    select * from months where month >= timestamp '2023-12-01'
),

-- scan leads_created by channel, campaign, owner, segment
count(*) as leads,
count(*) filter (where not was_customer_before) as prospects,
count(*) filter (where qualified_on - created_on <= 90 and qualified_on <= date '2026-11-15') as qualified_in_time,
count(*) filter (where not was_customer_before and customer_on - created_on <= 90 and customer_on <= date '2026-11-15') as converted_in_time,
count(*) filter (where channel in ('Organic Search', 'Paid Search', 'Organic Social', 'Paid Social', 'Email', 'Referral', 'Direct')) as web_leads
from (
    select *, date_trunc('month', created_on) as month from fact_people
    where created_on between date '2023-12-01' and date '2026-11-15'
)

-- scan leads_qualified by channel, campaign, owner, segment
count(*) as qualified
from (
    select *, date_trunc('month', qualified_on) as month from fact_people
    where qualified_on between date '2023-11-01' and date '2026-11-15'
)

-- scan people_became by channel, campaign, owner, segment
count(*) filter (where account is null and not was_customer_before) as people_won
from (
    select *, date_trunc('month', customer_on) as month from fact_people
    where customer_on between date '2023-12-01' and date '2026-11-15'
)

-- scan accounts_became by channel, campaign, owner, segment
count(*) as customers
from (
    select *, date_trunc('month', became_customer_on) as month from fact_accounts
    where became_customer_on between date '2023-12-01' and date '2026-11-15'
)

-- scan deals_created by channel, campaign, owner, segment, product
count(*) as deals,
count(*) filter (where kind = 'new') as new_deals,
count(*) filter (where not is_renewal) as created,
sum(amount) as amount_in,
sum(amount) filter (where not is_renewal) as new_amount_in,
count(*) filter (where is_unconverted) as unrated_in,
count(*) filter (where is_unconverted and not is_renewal) as new_unrated_in
from (select *, date_trunc('month', created_on) as month from fact_deals where created_on <= date '2026-11-15')

-- scan deals_gone by channel, owner, segment, product
count(*) filter (where not is_renewal) as gone,
sum(amount) as amount_out,
sum(amount) filter (where not is_renewal) as new_amount_out,
count(*) filter (where is_unconverted) as unrated_out,
count(*) filter (where is_unconverted and not is_renewal) as new_unrated_out
from (select *, date_trunc('month', left_pipeline_on) as month from fact_deals where left_pipeline_on <= date '2026-11-15')

-- scan deals_closed by channel, campaign, owner, segment, product
count(*) filter (where is_won and not is_renewal) as won,
count(*) filter (where is_lost and not is_renewal) as lost,
sum(amount) filter (where is_won) as won_amount,
count(*) filter (where is_unconverted and is_won) as won_unrated,
sum(amount) filter (where is_won and not is_renewal) as new_won_amount,
count(*) filter (where is_unconverted and is_won and not is_renewal) as new_won_unrated,
sum(cycle_days) filter (where is_won and cycle_days >= 0) as cycle_days,
count(*) filter (where is_won and cycle_days >= 0) as cycles
from (
    select *, date_trunc('month', closed_on) as month from fact_deals
    where closed_on between date '2023-12-01' and date '2026-11-15'
)

-- scan deals_of_90_days by owner, segment
sum(won) as lately_won,
sum(closed) as lately_closed,
sum(amount) as lately_amount,
sum(valued) as lately_valued,
sum(unrated) as lately_unrated,
sum(days) as lately_days,
sum(cycles) as lately_cycles
from (
    select
        closed_on,
        owner,
        segment,
        count(*) filter (where is_won) as won,
        count(*) as closed,
        sum(amount) filter (where is_won) as amount,
        count(*) filter (where is_won and original_amount is not null) as valued,
        count(*) filter (where is_unconverted and is_won) as unrated,
        sum(cycle_days) filter (where is_won and cycle_days >= 0) as days,
        count(*) filter (where is_won and cycle_days >= 0) as cycles
    from fact_deals
    where is_closed and not is_renewal and closed_on between date '2023-09-01' and date '2026-11-15'
    group by closed_on, owner, segment
) as daily join asked on closed_on > close_on - 90 and closed_on <= close_on

-- scan quotas by nothing
sum(per_day * (date_diff('day', greatest(starts_on, cast(month as date)), least(ends_on, last_on)) + 1)) as quota
from fact_quotas join asked on not is_of_owner and starts_on <= last_on and ends_on >= month

-- scan quotas_of_owners by owner
sum(per_day * (date_diff('day', greatest(starts_on, cast(month as date)), least(ends_on, last_on)) + 1)) as own_quota
from fact_quotas join asked on is_of_owner and starts_on <= last_on and ends_on >= month

-- scan stages_left by stage, owner, segment
sum(cumulative_days) filter (where cumulative_days >= 0) as stage_days,
count(*) filter (where cumulative_days >= 0) as stage_stays
from (
    select *, date_trunc('month', left_on) as month from fact_stage_visits
    where left_on between date '2023-12-01' and date '2026-11-15'
)

-- scan stages_open by stage, owner, segment
sum((epoch(cast(close_on + 1 as timestamp) at time zone 'Europe/Madrid') - epoch(entered_at)) / 86400.0) as open_stage_days,
count(*) as open_stages
from fact_stage_entries join asked on entered_on <= close_on and (left_on is null or left_on > close_on) and not is_closed

-- scan funnels by stage, channel, owner, segment
count(*) filter (where reached_on <= date '2026-11-15') as reached,
count(*) filter (where next_on <= date '2026-11-15') as advanced,
count(*) filter (
    where reached_on <= date '2026-11-15' and not coalesce(next_on <= date '2026-11-15', false)
    and (kind = 'deal' or stage = 'leads/opportunity') and lost_on <= date '2026-11-15'
) as dropped
from (
    select *, date_trunc('month', created_on) as month from fact_funnel
    where not is_last and created_on between date '2023-12-01' and date '2026-11-15'
)

-- scan costs by channel, campaign
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
from (
    select *, date_trunc('month', "on") as month from fact_costs where "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan visits by channel
sum(sessions) as visits,
sum(sessions) filter (where channel = 'Organic Search') as organic_visits,
sum(engaged_sessions) as engaged_visits,
sum(sessions) filter (where engaged_sessions is not null) as with_engagement,
sum(total_users) filter (where is_of_month) as users_of_month,
sum(total_users) filter (where not is_of_month) as users_of_days
from (
    select *, date_trunc('month', "on") as month from fact_web where "on" between date '2023-11-01' and date '2026-11-15'
)

-- scan emails by campaign
sum(unique_opens) filter (where delivered is not null) as opens,
sum(delivered) filter (where unique_opens is not null) as opens_out_of,
sum(unique_clicks) filter (where delivered is not null) as clicks,
sum(delivered) filter (where unique_clicks is not null) as clicks_out_of,
sum(unique_clicks) filter (where unique_opens is not null) as clicks_of_opened,
sum(unique_opens) filter (where unique_clicks is not null) as opened
from (
    select *, date_trunc('month', sent_on) as month from fact_emails
    where sent_on between date '2023-12-01' and date '2026-11-15'
)

-- scan orders by segment, product
sum(amount) as ordered,
count(*) filter (where is_unconverted) as orders_unrated,
count(*) filter (where not is_refund) as orders
from (
    select *, date_trunc('month', "on") as month from fact_orders
    where revenue_source = 'won' and "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan buyers_of_a_year by segment
count(*) as buyers,
count(*) filter (where days > 1) as repeat_buyers
from (
    select month, account, segment, count(distinct "on") as days
    from fact_orders
    join asked
        on "on" >= cast(close_on + 1 - interval 12 month as date) and "on" <= close_on
        and revenue_source = 'won' and is_sale and (given_back_on is null or given_back_on > date '2026-11-15')
    where account is not null
    group by month, account, segment
)

-- scan credits by channel, campaign
sum(amount) filter (where is_attributed and revenue_source = 'won') as credited,
sum(amount) filter (where not is_attributed and revenue_source = 'won') as uncredited,
sum(coalesce(cogs, amount * (1 - 0.7))) filter (where is_attributed and revenue_source = 'won') as goods,
count(*) filter (where is_unconverted and is_attributed and revenue_source = 'won') as credits_unrated,
count(*) filter (where is_unconverted and not is_attributed and revenue_source = 'won') as uncredited_unrated,
sum(share) filter (where is_attributed and revenue_source = 'customer') as conversions
from (
    select *, date_trunc('month', "on") as month from fact_credits where "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan people_touched by channel, campaign
count(distinct person_key) as touched
from (
    select *, date_trunc('month', "on") as month from fact_touches where "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan marketing by channel, segment
sum(amount) filter (where revenue_source = 'won') as marketed,
sum(amount) filter (where revenue_source = 'won' and is_sourced) as sourced,
sum(amount) filter (where revenue_source = 'won' and is_influenced) as influenced,
count(*) filter (where is_unconverted and revenue_source = 'won') as marketed_unrated,
count(*) filter (where revenue_source = 'customer') as marketed_customers,
count(*) filter (where revenue_source = 'customer' and is_sourced) as sourced_customers
from (
    select *, date_trunc('month', "on") as month from fact_marketing_orders
    where "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan campaigns_started by channel, campaign
sum(breakeven_days) filter (where broke_even_on <= date '2026-11-15') as breakeven_days,
count(*) filter (where broke_even_on <= date '2026-11-15') as broken_even,
count(*) filter (where unconverted_from <= date '2026-11-15' or lacks_goods_cost_from <= date '2026-11-15') as breakeven_unknown
from (
    select *, date_trunc('month', started_on) as month from fact_campaign_returns
    where revenue_source = 'won' and started_on between date '2023-12-01' and date '2026-11-15'
)

-- scan accounts_lost by channel, owner, segment
sum(greatest(acquisition_cost - revenue * 0.7, 0)) as unrecovered,
count(*) filter (where is_unconverted) as unrecovered_unrated
from (
    select *, date_trunc('month', "on") as month from fact_lost_accounts
    where "on" between date '2023-12-01' and date '2026-11-15' and (returned_on is null or returned_on > date '2026-11-15')
)

-- scan invoices by channel, owner, segment, product
sum(amount) as invoiced,
sum(coalesce(cogs, amount * (1 - 0.7))) as invoiced_goods,
count(*) filter (where is_unconverted) as invoices_unrated,
sum(amount) filter (where is_refund) as refunded,
count(*) filter (where is_unconverted and is_refund) as refunds_unrated
from (
    select *, date_trunc('month', "on") as month from fact_revenue
    where "on" between date '2023-12-01' and date '2026-11-15'
)

mrr_by_currency as (
    select
        date_trunc('month', "on") as month,
        level,
        unit_key,
        min("on") as first_on,
        max("on") as last_on,
        arg_min(rows_before, "on") as rows_before,
        arg_max(rows_after, "on") as rows_after,
        arg_max(after, "on") - arg_min(before, "on") as change,
        arg_max(after, "on") as closing,
        case
            when bool_or(is_foreign) and arg_min(original_before, "on") <> 0
                then arg_max(after, "on") - cast(
                    round(arg_max(original_after, "on") * (arg_min(before, "on") / arg_min(original_before, "on")), 4)
                    as decimal(18, 4)
                )
            else 0
        end as exchange,
        sum(unconverted_change) as unrated,
        any_value(first_paid_on) as first_paid_on,
        any_value(channel) as channel,
        any_value(owner) as owner,
        any_value(segment) as segment,
        any_value(product) as product
    from fact_mrr_changes
    where "on" <= date '2026-11-15'
    group by 1, level, unit_key, currency, lot
),
mrr_by_unit as (
    select
        month,
        level,
        unit_key,
        arg_min(rows_before, first_on) > 0 as paid_before,
        arg_max(rows_after, last_on) > 0 as pays_after,
        sum(change) as change,
        sum(closing) as closing,
        sum(exchange) as exchange,
        sum(unrated) as unrated,
        sum(abs(unrated)) as unrated_moves,
        min(first_paid_on) >= month as is_new,
        any_value(channel) as channel,
        any_value(owner) as owner,
        any_value(segment) as segment,
        any_value(product) as product
    from mrr_by_currency
    group by month, level, unit_key
),

-- scan steps by channel, owner, segment, product
sum(change) as mrr_change,
sum(unrated) as unrated_change,
count(*) filter (where pays_after) - count(*) filter (where paid_before) as payers_change,
sum(greatest(exchange - change, 0)) filter (where paid_before) as lost_mrr,
count(*) filter (where paid_before and not pays_after) as lost_accounts,
sum(change - exchange) filter (where paid_before) as kept_change,
sum(greatest(change - exchange, 0)) filter (where paid_before) as expanded,
count(*) filter (where paid_before and unrated_moves > 0) as kept_unrated,
sum(closing) filter (where pays_after and is_new) as new_mrr,
count(*) filter (where pays_after and is_new) as new_payers,
count(*) filter (where pays_after and is_new and unrated_moves > 0) as new_mrr_unrated,
sum(change) filter (where paid_before or pays_after) as moved,
sum(change - exchange) filter (where paid_before or pays_after) as moved_by_hand,
count(*) filter (where (paid_before or pays_after) and unrated_moves > 0) as moves_unrated
from mrr_by_unit
having level = case when grouping(product) = 0 then 'product' else 'account' end

-- scan accounts_start by owner, segment, channel
count(*) as runs_begun
from (select *, date_trunc('month', starts_on) as month from fact_active_accounts where starts_on <= date '2026-11-15')

-- scan accounts_end by owner, segment, channel
count(*) as runs_ended
from (select *, date_trunc('month', ends_on) as month from fact_active_accounts where ends_on <= date '2026-11-15')

-- scan more_sold by owner, segment, product
count(distinct account) filter (where kind = 'upsell') as upsold,
count(distinct account) filter (where kind = 'cross_sell') as cross_sold
from (
    select u.*, date_trunc('month', u."on") as month
    from fact_upsells as u
    join fact_active_accounts as r
        on r.account = u.account and r.starts_on < date_trunc('month', u."on")
        and (r.ends_on is null or r.ends_on >= date_trunc('month', u."on"))
    where u."on" between date '2023-12-01' and date '2026-11-15'
)

-- scan offered by owner, segment
count(*) filter (where kind = 'upsell') as upsells_offered,
count(*) filter (where kind = 'upsell' and accepted_on - offered_on <= 90 and accepted_on <= date '2026-11-15') as upsells_accepted,
count(*) filter (where kind = 'cross_sell') as cross_sells_offered,
count(*) filter (where kind = 'cross_sell' and accepted_on - offered_on <= 90 and accepted_on <= date '2026-11-15') as cross_sells_accepted
from (
    select *, date_trunc('month', offered_on) as month from fact_offers
    where offered_on between date '2023-12-01' and date '2026-11-15'
)

-- scan referred by segment
count(distinct person_key) as referrals
from (
    select *, date_trunc('month', "on") as month from fact_referrals
    where "on" between date '2023-12-01' and date '2026-11-15'
)

-- scan referred_won by segment
count(distinct referred_account) as referred_customers
from (
    select *, date_trunc('month', became_customer_on) as month from fact_referrals
    where became_customer_on between date '2023-12-01' and date '2026-11-15' and "on" <= became_customer_on
)

contacts as (
    select
        date_trunc('month', "on") as month,
        account,
        segment,
        owner,
        grouping(owner) = 0 as is_of_owner,
        count(*) filter (where is_of_customer) as interactions,
        count(*) filter (where is_activity) as activities,
        bool_or(is_two_way and team = 'marketing') and bool_or(is_two_way and team = 'sales') as is_both
    from fact_activities
    where "on" between date '2023-12-01' and date '2026-11-15'
    group by grouping sets ((1, account, segment), (1, account, owner))
),

-- scan contacted by segment
sum(interactions) as interactions,
sum(activities) as activities,
count(account) as reached_accounts,
count(*) filter (where is_both and is_active) as engaged
from (
    select c.*, r.account is not null as is_active
    from contacts as c
    join asked using (month)
    left join fact_active_accounts as r
        on r.account = c.account and r.starts_on <= close_on and (r.ends_on is null or r.ends_on > close_on)
    where not is_of_owner
)

-- scan contacted_by_owners by owner
sum(interactions) as own_interactions,
sum(activities) as own_activities,
count(account) as own_reached
from (select * from contacts where is_of_owner)

usages as (
    select
        month, account, segment, product, grouping(product) = 0 as is_of_product,
        case
            when grouping(product) = 0 then count(distinct "on") filter (where is_entitled) else count(distinct "on")
        end >= 3 as is_adopted
    from (
        select
            u.*, asked.month,
            entitled_from <= close_on and (entitled_until is null or entitled_until > close_on) as is_entitled
        from fact_usage as u
        join asked on u."on" > close_on - 30 and u."on" <= close_on
        join fact_active_accounts as r
            on r.account = u.account and r.starts_on <= close_on and (r.ends_on is null or r.ends_on > close_on)
    )
    group by grouping sets ((month, account, segment), (month, account, product))
),

-- scan adopted by segment
count(*) filter (where is_adopted) as adopters
from (select * from usages where not is_of_product)

-- scan adopted_products by product
count(*) filter (where is_adopted) as product_adopters
from (select * from usages where is_of_product)

-- scan tickets_created by segment, product
count(*) as tickets,
count(account) as tickets_of_accounts,
count(distinct account) as ticketing_accounts
from (
    select *, date_trunc('month', created_on) as month from fact_tickets
    where created_on between date '2023-12-01' and date '2026-11-15'
)

-- scan onboardings_begun by owner, segment, product
count(*) as begun,
count(*) filter (where completed_on - started_on <= 90 and completed_on <= date '2026-11-15') as completed_in_time
from (
    select *, date_trunc('month', started_on) as month from fact_onboardings
    where started_on between date '2023-12-01' and date '2026-11-15'
)

-- scan onboardings_over by owner, segment, product
count(*) as completed,
median(days) filter (where days >= 0) as onboarding_days
from (
    select *, date_trunc('month', completed_on) as month from fact_onboardings
    where completed_on between date '2023-12-01' and date '2026-11-15'
)

-- scan lifetimes by channel, owner, segment
sum(expected) as expected_value,
sum(historic) as historic_value
from (
    select *, date_trunc('month', "on") as month from fact_lifetime where "on" between date '2023-12-01' and date '2026-11-15'
)

places as (
    {places}
),
beside as (
    select
        *,
        coalesce(leads, 0) as all_leads,
        coalesce(qualified, 0) as all_qualified,
        coalesce(visits, 0) as all_visits,
        coalesce(created, 0) - coalesce(gone, 0) as net,
        coalesce(amount_in, 0) - coalesce(amount_out, 0) as net_amount,
        coalesce(new_amount_in, 0) - coalesce(new_amount_out, 0) as net_new_amount,
        coalesce(unrated_in, 0) - coalesce(unrated_out, 0) as net_unrated,
        coalesce(new_unrated_in, 0) - coalesce(new_unrated_out, 0) as net_new_unrated,
        coalesce(runs_begun, 0) - coalesce(runs_ended, 0) as runs_change,
        coalesce(mrr_change, 0) as net_mrr,
        coalesce(unrated_change, 0) as net_mrr_unrated,
        coalesce(payers_change, 0) as net_payers,
        coalesce(lost_accounts, 0) as all_lost
    from months
    cross join places
    {joins}
),
running as (
    select
        *,
        sum(net) over so_far as open_deals,
        case when sum(net_unrated) over so_far = 0 then sum(net_amount) over so_far end as open_amount,
        case when sum(net_new_unrated) over so_far = 0 then sum(net_new_amount) over so_far end as open_new_amount,
        sum(runs_change) over so_far as active_end,
        sum(runs_change) over so_far - runs_change as active_start,
        sum(net_mrr) over so_far - net_mrr as opening_sum,
        case when sum(net_mrr_unrated) over so_far = 0 then sum(net_mrr) over so_far end as mrr,
        case when sum(net_mrr_unrated) over so_far - net_mrr_unrated = 0 then sum(net_mrr) over so_far - net_mrr end as opening_mrr,
        sum(net_payers) over so_far as payers,
        sum(net_payers) over so_far - net_payers as opening_payers,
        sum(all_lost) over half_year as lost_of_6,
        lag(all_qualified) over so_far as qualified_before,
        lag(all_visits) over so_far as visits_before,
        case
            when dimension <> 'org' then all_leads
            else sum(all_leads) filter (where has_media and dimension = 'channel' and member <> '(none)') over (partition by month)
        end as paid_leads,
        case
            when dimension <> 'org' then all_qualified
            else sum(all_qualified) filter (where has_media and dimension = 'channel' and member <> '(none)') over (partition by month)
        end as paid_qualified,
        case when coalesce(won_unrated, 0) = 0 then coalesce(won_amount, 0) end as won_revenue,
        case when coalesce(new_won_unrated, 0) = 0 then coalesce(new_won_amount, 0) end as new_won,
        case when coalesce(refunds_unrated, 0) = 0 then coalesce(refunded, 0) end as given_back,
        case when coalesce(orders_unrated, 0) = 0 then ordered / nullif(orders, 0) end as ticket,
        case when coalesce(credits_unrated, 0) = 0 then coalesce(credited, 0) end as income,
        case when coalesce(credits_unrated, 0) = 0 then coalesce(goods, 0) end as goods_sold,
        case when dimension = 'org' then cost else media end as cost_of_customers,
        case when dimension = 'channel' then media else marketing_cost end as marketing_of_customers,
        case when coalesce(kept_unrated, 0) = 0 then coalesce(lost_mrr, 0) end as gone_mrr,
        case when coalesce(kept_unrated, 0) = 0 then coalesce(kept_change, 0) end as kept,
        case when coalesce(kept_unrated, 0) = 0 then coalesce(expanded, 0) end as grown,
        case when coalesce(new_mrr_unrated, 0) = 0 then coalesce(new_mrr, 0) end as mrr_of_new,
        coalesce(users_of_month, users_of_days) as visitors,
        month < timestamp '2026-11-01' as is_whole,
        month + interval 1 month - interval 1 day + interval 90 day < timestamp '2026-11-15' as is_mature
    from beside
    window
        so_far as (partition by dimension, member order by month rows unbounded preceding),
        half_year as (partition by dimension, member order by month rows 5 preceding)
),
lasting as (
    select
        *,
        mrr / nullif(payers, 0) as arpa,
        lag(mrr / nullif(payers, 0), 12) over by_month as arpa_before,
        first_value(active_start) over whole as whole_active_start,
        first_value(active_end) over whole as whole_active_end,
        case
            when opening_payers < 30 then lost_of_6 / nullif(sum(opening_payers) over half_year, 0)
            else all_lost / nullif(opening_payers, 0)
        end as monthly_churn
    from running
    window
        by_month as (partition by dimension, member order by month),
        whole as (partition by month order by (dimension = 'org') desc),
        half_year as (partition by dimension, member order by month rows 5 preceding)
)
select
    cast(month as date) as month,
    dimension,
    member,
    coalesce(leads, 0) as new_leads,
    coalesce(qualified, 0) as new_qualified_leads,
    coalesce(deals, 0) as new_opportunities,
    coalesce(new_deals, 0) as new_business_opportunities,
    case when is_mature then qualified_in_time / nullif(leads, 0) end as qualified_lead_rate,
    media / nullif(paid_leads, 0) as cost_per_lead,
    media / nullif(paid_qualified, 0) as cost_per_qualified_lead,
    case when is_whole then (all_qualified - qualified_before) / nullif(qualified_before, 0) end as lead_velocity_rate,
    coalesce(visits, 0) as website_visits,
    coalesce(organic_visits, 0) as organic_visits,
    coalesce(organic_visits, 0) / nullif(visits, 0) as organic_traffic_share,
    case when is_whole then (all_visits - visits_before) / nullif(visits_before, 0) end as website_traffic_growth_rate,
    engaged_visits / nullif(with_engagement, 0) as website_engagement_rate,
    coalesce(web_leads, 0) / nullif(visitors, 0) as visitor_to_lead_rate,
    opens / nullif(opens_out_of, 0) as email_open_rate,
    clicks / nullif(clicks_out_of, 0) as email_click_through_rate,
    clicks_of_opened / nullif(opened, 0) as email_click_to_open_rate,
    case when is_mature then converted_in_time / nullif(prospects, 0) end as lead_conversion_rate_cohort,
    (coalesce(customers, 0) + coalesce(people_won, 0)) / nullif(prospects, 0) as lead_conversion_rate_period,
    advanced / nullif(reached, 0) as funnel_stage_conversion_rate,
    dropped / nullif(reached, 0) as funnel_drop_off_rate,
    coalesce(won, 0) / nullif(open_deals - net + coalesce(created, 0), 0) as close_rate_pipeline,
    won / nullif(won + lost, 0) as win_rate,
    coalesce(won, 0) / nullif(created, 0) as close_rate_created,
    stage_days / nullif(stage_stays, 0) as stage_duration,
    open_stage_days / nullif(open_stages, 0) as stage_age_open,
    cycle_days / nullif(cycles, 0) as sales_cycle_length,
    case
        when lately_unrated = 0
            then open_deals * (lately_amount / nullif(lately_valued, 0)) * (lately_won / nullif(lately_closed, 0))
                / nullif(lately_days / nullif(lately_cycles, 0), 0)
    end as pipeline_velocity,
    open_new_amount / nullif(case when dimension = 'owner' then own_quota else quota end, 0) as pipeline_coverage,
    open_amount as open_pipeline_amount,
    won_revenue,
    cost_of_customers / nullif(customers, 0) as customer_acquisition_cost,
    marketing_of_customers / nullif(customers, 0) as marketing_cac,
    case when ticket > 0 then ticket end as average_ticket,
    case when ticket > 0 then marketing_cost / nullif(customers, 0) / ticket end as cac_to_ticket_ratio,
    (income - marketing_cost) / nullif(marketing_cost, 0) as roi,
    (income - goods_sold - spend) / nullif(spend, 0) as romi,
    (income - marketing_cost) / nullif(marketing_cost, 0) as activity_roi,
    case when breakeven_unknown = 0 then breakeven_days / nullif(broken_even, 0) end as campaign_breakeven_days,
    coalesce(conversions, 0) as attributed_conversions,
    coalesce(conversions, 0) / nullif(touched, 0) as attributed_conversion_rate,
    case when marketed_unrated = 0 then coalesce(sourced, 0) / nullif(marketed, 0) end as marketing_sourced_revenue_share,
    case when marketed_unrated = 0 then coalesce(influenced, 0) / nullif(marketed, 0) end as marketing_influenced_revenue_share,
    sourced_customers / nullif(marketed_customers, 0) as marketing_sourced_customer_share,
    cost_of_customers / nullif(customers, 0) / (nullif(arpa, 0) * 0.7) as cac_payback_months,
    case when coalesce(unrecovered_unrated, 0) = 0 then coalesce(unrecovered, 0) end as unrecovered_cac,
    case when invoices_unrated = 0 and invoiced > 0 then (invoiced - invoiced_goods) / invoiced end as gross_margin,
    case when is_whole then arpa * 0.7 / nullif(monthly_churn, 0) / nullif(cost_of_customers / nullif(customers, 0), 0) end
        as ltv_to_cac_ratio,
    coalesce(customers, 0) as new_customers,
    media as media_cost,
    income as attributed_revenue,
    case when coalesce(uncredited_unrated, 0) = 0 then coalesce(uncredited, 0) end as unattributed_revenue,
    mrr,
    case when coalesce(moves_unrated, 0) = 0 then coalesce(moved, 0) end as mrr_movements,
    case when coalesce(moves_unrated, 0) = 0 then coalesce(moved_by_hand, 0) end as net_new_mrr,
    new_won + given_back as net_new_revenue,
    arpa,
    mrr_of_new / nullif(new_payers, 0) as arpa_new,
    (mrr - mrr_of_new) / nullif(payers - coalesce(new_payers, 0), 0) as arpa_existing,
    case when is_whole then (arpa - arpa_before) / nullif(arpa_before, 0) end as arpa_yoy_change,
    case when is_whole then gone_mrr / nullif(opening_mrr, 0) end as gross_mrr_churn_rate,
    case when is_whole then (opening_mrr - gone_mrr) / nullif(opening_mrr, 0) end as gross_mrr_retention_rate,
    case when is_whole then (opening_mrr + kept) / nullif(opening_mrr, 0) end as net_mrr_retention_rate,
    case when is_whole then -kept / nullif(opening_mrr, 0) end as net_mrr_churn_rate,
    case when is_whole then (mrr - opening_mrr) / nullif(opening_mrr, 0) end as portfolio_growth_rate,
    payers as paying_accounts,
    case when is_whole then all_lost / nullif(opening_payers, 0) end as customer_churn_rate,
    case when is_whole then (opening_payers - all_lost) / nullif(opening_payers, 0) end as account_retention_rate,
    case when is_whole then arpa / nullif(monthly_churn, 0) end as customer_lifetime_value,
    expected_value as customer_lifetime_value_predictive,
    historic_value as customer_historic_value,
    coalesce(upsold, 0) / nullif(case when dimension = 'product' then whole_active_start else active_start end, 0) as upsell_rate,
    coalesce(cross_sold, 0) / nullif(case when dimension = 'product' then whole_active_start else active_start end, 0)
        as cross_sell_rate,
    case when is_whole then grown / nullif(opening_mrr, 0) end as expansion_revenue_share,
    case when is_mature then upsells_accepted / nullif(upsells_offered, 0) end as upsell_offer_acceptance_rate,
    case when is_mature then cross_sells_accepted / nullif(cross_sells_offered, 0) end as cross_sell_offer_acceptance_rate,
    repeat_buyers / nullif(buyers, 0) as repeat_purchase_rate,
    coalesce(referrals, 0) as referrals,
    coalesce(referred_customers, 0) as referred_customers,
    coalesce(referred_customers, 0) / nullif(active_start, 0) as referral_rate,
    case
        when dimension = 'owner' then coalesce(own_interactions, 0) / nullif(whole_active_end, 0)
        else coalesce(interactions, 0) / nullif(active_end, 0)
    end as account_engagement,
    coalesce(engaged, 0) / nullif(active_end, 0) as engaged_account_rate,
    coalesce(case when dimension = 'owner' then own_reached else reached_accounts end, 0) as account_coverage,
    coalesce(case when dimension = 'owner' then own_activities else activities end, 0) / nullif(deals, 0)
        as activities_per_opportunity,
    coalesce(case when dimension = 'product' then product_adopters else adopters end, 0) / nullif(payers, 0)
        as product_adoption_rate,
    coalesce(tickets, 0) as support_tickets,
    coalesce(tickets, 0) / nullif((active_start + active_end) / 2, 0) as tickets_per_account,
    coalesce(tickets_of_accounts, 0) / nullif(ticketing_accounts, 0) as tickets_per_ticketing_account,
    onboarding_days as onboarding_time,
    coalesce(begun, 0) as onboardings_started,
    coalesce(completed, 0) as onboardings_completed,
    case when is_mature then completed_in_time / nullif(begun, 0) end as onboarding_completion_rate
from lasting
where month >= timestamp '2023-12-01'
order by month, dimension, member
