-- HubSpot tells what one unit is worth in the portal's own currency; where that is not the reporting currency, rates have
-- to come from another source.
select
    id                                                        as id,
    from_currency                                             as currency,
    cast(effective_at at time zone :timezone as date)         as "on",
    rate                                                      as rate
from exchange_rates
where to_currency = :reporting_currency and rate > 0
