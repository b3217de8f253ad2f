-- One row per order, both ways of seeing one: won deals and invoices; a question picks either, never both.
-- Renewals and zero amounts are no orders. Refunds lower the revenue of their own day.
with refunds as (
    select opportunity_key, "on", sum(amount) as amount
    from revenue
    where not coalesce(is_deleted, false) and kind = 'refund' and opportunity_key is not null and "on" is not null
    group by opportunity_key, "on"
),
refunded as (
    select opportunity_key, "on", sum(amount) over (partition by opportunity_key order by "on") as amount from refunds
),
billed as (
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
),
given_back as (
    select 'won' as revenue_source, d.opportunity_key as order_key, min(f."on") as "on"
    from fact_deals as d
    join refunded as f on f.opportunity_key = d.opportunity_key and f.amount >= d.original_amount
    group by d.opportunity_key
    union all
    select 'invoices', b.order_key, min(f."on")
    from billed as b
    join refunded as f on f.opportunity_key = b.opportunity_key and f.amount >= b.amount
    where not b.is_refund
    group by b.order_key
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
    d.closing_at as conversion_at,
    d.original_amount > 0 as is_sale,
    -- the day by which refunds of the same deal had come to all of it
    g."on" as given_back_on
from fact_deals as d
left join given_back as g on g.revenue_source = 'won' and g.order_key = d.opportunity_key
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
    b.conversion_at,
    not b.is_refund and b.amount > 0,
    g."on"
from billed as b
left join given_back as g on g.revenue_source = 'invoices' and g.order_key = b.order_key
left join fact_account_records as a on a.account_key = b.account
left join fact_rates as r
    on r.currency = b.currency and r.day = least(b."on", (select max(day) from fact_rates))
