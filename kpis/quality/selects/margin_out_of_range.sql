-- Of the settings, not of a record: a share typed as a percentage.
select
    'settings' as "table",
    cast(null as varchar) as source,
    'kpis.options.gross_margin' as id,
    'gross_margin=' || cast(given.margin as varchar) as what
from (select cast(:gross_margin as double) as margin) as given
where given.margin < 0 or given.margin > 1
