-- Paid subscriptions only: a trial or a free plan never made anybody a customer. Money keeps the rate of its first day.
-- A deal that stands in two CRMs gives its subscriptions twice: those of one of them count, the representative's first.
with told as (
    select
        *,
        dense_rank() over (
            partition by opportunity_key order by starts_with(opportunity_key, source || ':') desc, source
        ) as place
    from subscriptions
    where not coalesce(is_deleted, false)
        and not coalesce(is_trial, false)
        and account_key is not null
        and mrr > 0
        and starts_on is not null
        and (ends_on is null or ends_on > starts_on)
)
select
    s.source,
    s.id,
    s.account_key,
    s.product_family as product,
    s.product as product_name,
    s.plan,
    upper(coalesce(s.currency, :currency)) as currency,
    s.starts_on,
    s.ends_on,
    s.mrr as original_mrr,
    case
        when upper(coalesce(s.currency, :currency)) = upper(:currency) then s.mrr
        else cast(round(s.mrr * r.rate, 4) as decimal(18, 4))
    end as mrr,
    upper(coalesce(s.currency, :currency)) <> upper(:currency) and r.rate is null as is_unconverted
from told as s
left join fact_rates as r
    on r.currency = upper(s.currency)
    and r.day = least(s.starts_on, (select max(day) from fact_rates))
where s.opportunity_key is null or s.place = 1
