-- What a fitted model expects each account to bring from the close of the last whole month on. SQL cannot fit it: the
-- table is made empty here and filled by `kpis.lifetime` after the facts it is made of.
select
    account_key as account,
    segment,
    owner,
    channel,
    cast(null as date) as "on",
    cast(null as double) as historic,
    cast(null as double) as expected,
    cast(null as double) as low,
    cast(null as double) as high,
    cast(null as varchar) as reason,
    cast(null as varchar) as flag
from fact_accounts
where false
