-- MRR as a step function: one row per account, currency and day on which it changed, with what stood before and after.
-- Level `account` holds whole accounts; level `product` holds each product of an account as if it were one.
-- Money without a rate never mixes with the rest of its currency: each such subscription is a `lot` of its own, so that
-- one that goes and one that comes do not cancel out.
with lots as (
    select *, case when is_unconverted then source || ':' || id else '' end as lot
    from fact_subscriptions
),
edges as (
    select account_key, product, currency, lot, starts_on as "on", original_mrr, mrr, 1 as row_change, is_unconverted
    from lots
    union all
    select account_key, product, currency, lot, ends_on, -original_mrr, -mrr, -1, is_unconverted
    from lots
    where ends_on is not null
),
levelled as (
    select 'account' as level, account_key as unit_key, cast(null as varchar) as product, * exclude (product) from edges
    union all
    select 'product', account_key || '/' || coalesce(product, ''), product, * exclude (product) from edges
),
netted as (
    select
        level,
        unit_key,
        account_key,
        product,
        currency,
        lot,
        "on",
        sum(original_mrr) as original_change,
        coalesce(sum(mrr), 0) as change,
        sum(row_change) as row_change,
        sum(case when is_unconverted then row_change else 0 end) as unconverted_change
    from levelled
    group by level, unit_key, account_key, product, currency, lot, "on"
),
running as (
    select
        *,
        sum(original_change) over by_currency as original_after,
        sum(change) over by_currency as after,
        sum(change) over by_unit as total_after,
        sum(row_change) over by_unit as rows_after,
        sum(row_change) over by_unit - sum(row_change) over on_day as rows_before
    from netted
    window
        by_currency as (partition by level, unit_key, currency, lot order by "on" rows unbounded preceding),
        by_unit as (partition by level, unit_key order by "on" range unbounded preceding),
        on_day as (partition by level, unit_key, "on")
)
select
    n.level,
    n.unit_key,
    n.currency,
    n.lot,
    n.currency <> upper(:currency) as is_foreign,
    n."on",
    cast(n.original_after - n.original_change as decimal(18, 4)) as original_before,
    cast(n.original_after as decimal(18, 4)) as original_after,
    cast(n.after - n.change as decimal(18, 4)) as before,
    cast(n.after as decimal(18, 4)) as after,
    cast(n.total_after as decimal(18, 4)) as total_after,
    n.rows_before,
    n.rows_after,
    n.unconverted_change,
    min(n."on") over (partition by n.level, n.unit_key) as first_paid_on,
    a.account,
    a.segment,
    a.owner,
    a.channel,
    n.product
from running as n
join fact_accounts as a on a.account_key = n.account_key
