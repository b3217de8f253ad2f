-- One row per sale of more to an account: a won deal of that kind, a dearer plan of the same product, a further product.
with plans as (
    select
        later.source || ':' || later.id as record_key,
        later.account_key as account,
        later.product,
        later.starts_on as "on"
    from fact_subscriptions as later
    join fact_subscriptions as earlier
        on earlier.account_key = later.account_key
        and earlier.ends_on = later.starts_on
        and coalesce(earlier.product, '') = coalesce(later.product, '')
        and earlier.currency = later.currency
        and earlier.plan <> later.plan
        and earlier.original_mrr < later.original_mrr
),
firsts as (
    select
        arg_min(source || ':' || id, (starts_on, source, id)) as record_key,
        account_key as account,
        product,
        min(starts_on) as "on"
    from fact_subscriptions
    where product is not null
    group by account_key, product
),
sold as (
    select
        'opportunities' as record_table,
        opportunity_key as record_key,
        account,
        kind,
        product,
        closed_on as "on"
    from fact_deals
    where is_won and kind in ('upsell', 'cross_sell') and account is not null and closed_on is not null
    union all
    select distinct 'subscriptions', p.record_key, p.account, 'upsell', p.product, p."on"
    from plans as p
    union all
    select 'subscriptions', f.record_key, f.account, 'cross_sell', f.product, f."on"
    from firsts as f
    join fact_active_accounts as r
        on r.account = f.account and r.starts_on < f."on" and (r.ends_on is null or r.ends_on >= f."on")
)
select
    s.record_table,
    s.record_key,
    s.account,
    s.kind,
    s.product,
    -- who looks after the account: it is of his accounts that a share is told
    a.owner,
    a.segment,
    s."on"
from sold as s
left join fact_account_records as a on a.account_key = s.account
