-- Paid subscriptions only: a trial or a free plan never made anybody a customer. Money keeps the rate of its first day.
select
    s.source,
    s.id,
    s.account_key,
    s.product_family as product,
    upper(coalesce(s.currency, :currency)) as currency,
    s.starts_on,
    s.ends_on,
    s.mrr as original_mrr,
    case
        when upper(coalesce(s.currency, :currency)) = upper(:currency) then s.mrr
        else cast(round(s.mrr * r.rate, 4) as decimal(18, 4))
    end as mrr,
    upper(coalesce(s.currency, :currency)) <> upper(:currency) and r.rate is null as is_unconverted
from subscriptions as s
left join fact_rates as r
    on r.currency = upper(s.currency)
    and r.day = least(s.starts_on, (select max(day) from fact_rates))
where not coalesce(s.is_deleted, false)
    and not coalesce(s.is_trial, false)
    and s.account_key is not null
    and s.mrr > 0
    and s.starts_on is not null
    and (s.ends_on is null or s.ends_on > s.starts_on)
