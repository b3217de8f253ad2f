-- One row per order, both ways of seeing one: won deals and invoices; a question picks either, never both.
-- Renewals and zero amounts are no orders. Refunds lower the revenue of their own day.
with billed as (
    select
        r.source || ':' || coalesce(r.id, '') as order_key,
        coalesce(r.account_key, d.account) as account,
        r.opportunity_key,
        r."on",
        case when r.kind = 'refund' then -r.amount else r.amount end as amount,
        case when r.kind = 'refund' then -r.cogs else r.cogs end as cogs,
        coalesce(r.kind = 'refund', false) as is_refund,
        upper(coalesce(r.currency, :currency)) as currency,
        d.product,
        d.person_key,
        d.campaign,
        d.channel,
        d.created_at as opportunity_created_at,
        -- money billed for a won deal was earned when the deal was won, whenever the invoice was written
        coalesce(case when d.is_won then d.closed_on end, r."on") as conversion_on,
        coalesce(
            case when d.is_won then d.closing_at end,
            (cast(r."on" + 1 as timestamp) at time zone :timezone) - interval 1 microsecond
        ) as conversion_at
    from revenue as r
    left join fact_deals as d on d.opportunity_key = r.opportunity_key
    where not coalesce(r.is_deleted, false) and r."on" is not null and r.amount <> 0 and not coalesce(d.is_renewal, false)
)
select
    'won' as revenue_source,
    d.opportunity_key as order_key,
    d.opportunity_key,
    d.account,
    d.person_key,
    d.campaign,
    d.channel,
    d.segment,
    d.product,
    d.closed_on as "on",
    d.amount,
    cast(null as decimal(18, 4)) as cogs,
    d.is_unconverted,
    false as is_refund,
    d.created_at as opportunity_created_at,
    d.closed_on as conversion_on,
    d.closing_at as conversion_at
from fact_deals as d
where d.is_won and not d.is_renewal and d.original_amount <> 0 and d.closed_on is not null
union all
select
    'invoices',
    b.order_key,
    b.opportunity_key,
    b.account,
    b.person_key,
    b.campaign,
    b.channel,
    a.segment,
    b.product,
    b."on",
    case when b.currency = upper(:currency) then b.amount else cast(round(b.amount * r.rate, 4) as decimal(18, 4)) end,
    case when b.currency = upper(:currency) then b.cogs else cast(round(b.cogs * r.rate, 4) as decimal(18, 4)) end,
    b.currency <> upper(:currency) and r.rate is null,
    b.is_refund,
    b.opportunity_created_at,
    b.conversion_on,
    b.conversion_at
from billed as b
left join fact_account_records as a on a.account_key = b.account
left join fact_rates as r
    on r.currency = b.currency and r.day = least(b."on", (select max(day) from fact_rates))
