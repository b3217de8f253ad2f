select
    'exchange_rates' as "table",
    source,
    id,
    'currency=' || coalesce(currency, '') || ' on=' || coalesce(cast("on" as varchar), '')
    || ' rate=' || coalesce(cast(rate as varchar), '') as what
from exchange_rates
where not coalesce(is_deleted, false) and (currency is null or "on" is null or rate is null or rate <= 0)
