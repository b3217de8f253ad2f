-- A deal that is linked stands in two sources under one key; these stand in one source each and look the same.
with deals as (
    select
        source,
        id,
        opportunity_key,
        account_key,
        amount,
        coalesce(currency, :currency) as currency,
        date_trunc('month', closed_on) as closing_month,
        count(*) over (partition by opportunity_key) as records
    from opportunities
    where not coalesce(is_deleted, false)
        and opportunity_key is not null
        and account_key is not null
        and amount > 0
        and closed_on is not null
),
alone as (select * from deals where records = 1)
select
    'opportunities' as "table",
    one.source,
    one.id,
    'amount=' || cast(min(one.amount) as varchar) || ' ' || min(one.currency)
    || ' same_as=' || min(other.source || ':' || other.id) as what
from alone as one
join alone as other
    on other.account_key = one.account_key
    and other.amount = one.amount
    and other.currency = one.currency
    and other.closing_month = one.closing_month
    and other.source <> one.source
group by one.source, one.id
