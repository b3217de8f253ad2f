-- Salesforce tells units per one unit of the corporate currency; the quotient of two gives what one unit is worth.
-- Without dated rates the one rate of a currency holds for all time, as it does in Salesforce.
with periods as (
    select IsoCode, ConversionRate, StartDate, coalesce(NextStartDate, date '9999-12-31') as EndDate
    from DatedConversionRate
    where ConversionRate > 0
),

rates as (
    select IsoCode, ConversionRate, StartDate, EndDate from periods
    union all
    select IsoCode, ConversionRate, date '1970-01-01' as StartDate, date '9999-12-31' as EndDate
    from CurrencyType
    where ConversionRate > 0 and not exists (select 1 from periods where periods.IsoCode = CurrencyType.IsoCode)
)

select
    other.IsoCode || ':' || cast(greatest(other.StartDate, own.StartDate) as varchar) as id,
    other.IsoCode as currency,
    greatest(other.StartDate, own.StartDate) as "on",
    own.ConversionRate / other.ConversionRate as rate
from rates as other
join rates as own
    on own.IsoCode = :reporting_currency and own.StartDate < other.EndDate and other.StartDate < own.EndDate
where other.IsoCode <> :reporting_currency
