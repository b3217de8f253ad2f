-- One row per account and month that it began paying and in which it stopped: what it had cost to win, and what it had
-- brought until then. `returned_on` tells when it paid again within the month: then it was a pause and no loss.
with monthly_costs as (
    select date_trunc('month', "on") as month, sum(amount) as cost, bool_or(is_unconverted) as is_unconverted
    from fact_costs
    group by 1
),
monthly_customers as (
    select date_trunc('month', became_customer_on) as month, count(*) as customers from fact_customers group by 1
),
ended as (
    select
        *,
        min(starts_on) over (partition by account, date_trunc('month', ends_on)) as first_starts_on,
        lead(starts_on) over (partition by account order by starts_on) as next_starts_on
    from fact_active_accounts
),
lost as (
    select *, case when date_trunc('month', next_starts_on) = date_trunc('month', ends_on) then next_starts_on end as returned_on
    from ended
    where ends_on is not null and first_starts_on < date_trunc('month', ends_on)
),
earned as (
    select
        r.account,
        r.ends_on,
        sum(
            s.mrr * date_diff('day', s.starts_on, least(coalesce(s.ends_on, r.ends_on), r.ends_on)) * 12 / 365.25
        ) as revenue,
        bool_or(s.is_unconverted) as is_unconverted
    from lost as r
    join fact_subscriptions as s on s.account_key = r.account and s.starts_on < r.ends_on
    group by r.account, r.ends_on
)
select
    r.account,
    r.ends_on as "on",
    r.returned_on,
    r.segment,
    r.owner,
    r.channel,
    cast(k.cost as double) / c.customers as acquisition_cost,
    cast(e.revenue as double) as revenue,
    k.month is null as lacks_cost,
    k.month is not null and (k.is_unconverted or coalesce(e.is_unconverted, false)) as is_unconverted
from lost as r
join fact_customers as f on f.account_key = r.account
left join monthly_costs as k on k.month = date_trunc('month', f.became_customer_on)
left join monthly_customers as c on c.month = date_trunc('month', f.became_customer_on)
left join earned as e on e.account = r.account and e.ends_on = r.ends_on
