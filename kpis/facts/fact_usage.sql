-- One row per account, product and day of use, and per subscription by which the account may use the product on that day
-- or later; dates of entitlement are null where it has none. A product goes by the family that a subscription puts it in.
with used as (
    select distinct account_key, product, "on"
    from product_usage
    where not coalesce(is_deleted, false) and account_key is not null and "on" is not null and coalesce(events, 1) > 0
),
families as (
    select account_key, product as family, product as name from fact_subscriptions
    union
    select account_key, product, product_name from fact_subscriptions where product_name is not null
),
placed as (
    select
        u.account_key,
        case when f.account_key is null then u.product else f.family end as product,
        u."on"
    from used as u
    left join families as f on f.account_key = u.account_key and f.name is not distinct from u.product
)
select distinct
    p.account_key as account,
    a.segment,
    p.product,
    p."on",
    s.starts_on as entitled_from,
    s.ends_on as entitled_until
from placed as p
left join fact_subscriptions as s
    on s.account_key = p.account_key
    and s.product is not distinct from p.product
    and (s.ends_on is null or s.ends_on > p."on")
left join fact_account_records as a on a.account_key = p.account_key
