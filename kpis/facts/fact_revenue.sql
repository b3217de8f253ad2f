-- One row per invoice or refund, of whatever kind of business: what a margin is taken of.
select
    r.source || ':' || coalesce(r.id, '') as revenue_key,
    coalesce(r.account_key, d.account) as account,
    a.segment,
    d.product,
    d.owner,
    d.channel,
    r."on",
    coalesce(r.kind = 'refund', false) as is_refund,
    upper(coalesce(r.currency, :currency)) <> upper(:currency) and x.rate is null as is_unconverted,
    cast(round(case when r.kind = 'refund' then -r.amount else r.amount end * coalesce(x.rate, 1), 4) as decimal(18, 4)) as amount,
    cast(round(case when r.kind = 'refund' then -r.cogs else r.cogs end * coalesce(x.rate, 1), 4) as decimal(18, 4)) as cogs
from revenue as r
left join fact_deals as d on d.opportunity_key = r.opportunity_key
left join fact_account_records as a on a.account_key = coalesce(r.account_key, d.account)
left join fact_rates as x
    on x.currency = upper(r.currency)
    and upper(r.currency) <> upper(:currency)
    and x.day = least(r."on", (select max(day) from fact_rates))
where not coalesce(r.is_deleted, false) and r."on" is not null and r.amount is not null
