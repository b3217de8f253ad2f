-- One row per account that ever became a customer: by its first won deal or its first paid month, whichever came first.
with firsts as (
    select account as account_key, closing_at as at
    from fact_deals
    where is_won and account is not null and closed_on is not null
    union all
    select account_key, (cast(starts_on + 1 as timestamp) at time zone :timezone) - interval 1 microsecond
    from fact_subscriptions
)
select
    account_key,
    min(at) as became_customer_at,
    cast(min(at) at time zone :timezone as date) as became_customer_on
from firsts
group by account_key
