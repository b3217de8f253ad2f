select
    'web_traffic' as "table",
    source,
    id,
    'on=' || coalesce(cast("on" as varchar), '') || ' sessions=' || cast(sessions as varchar)
    || ' engaged_sessions=' || cast(engaged_sessions as varchar) as what
from web_traffic
where not coalesce(is_deleted, false) and engaged_sessions > sessions
