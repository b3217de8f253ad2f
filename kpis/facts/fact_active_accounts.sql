-- One row per unbroken run of an account as a paying one. Where nobody offers subscriptions, a won deal makes it active
-- for a year.
with spans as (
    select account_key, starts_on, coalesce(ends_on, date '9999-12-31') as ends_on
    from fact_subscriptions
    where :offers_subscriptions
    union all
    select account, closed_on, closed_on + 365
    from fact_deals
    where not :offers_subscriptions and is_won and account is not null and closed_on is not null
),
reached as (
    select
        *,
        max(ends_on) over (
            partition by account_key order by starts_on, ends_on rows between unbounded preceding and 1 preceding
        ) as paid_until
    from spans
),
numbered as (
    select
        *,
        sum(case when starts_on <= paid_until then 0 else 1 end) over (
            partition by account_key order by starts_on, ends_on rows unbounded preceding
        ) as run
    from reached
),
runs as (
    select
        account_key,
        min(starts_on) as starts_on,
        max(ends_on) as last_on
    from numbered
    group by account_key, run
)
select
    r.account_key as account,
    r.starts_on,
    case when r.last_on < date '9999-12-31' then r.last_on end as ends_on,
    a.segment,
    a.owner,
    a.channel
from runs as r
join fact_accounts as a on a.account_key = r.account_key
