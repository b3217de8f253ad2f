-- Visits and visitors. Rows of a day tell visits; rows of a whole month tell its visitors, each counted once, and would
-- count its visits twice.
select
    source || ':' || coalesce(id, '') as row_key,
    "on",
    channel,
    grain = 'month' as is_of_month,
    case when grain = 'day' then sessions end as sessions,
    case when grain = 'day' then engaged_sessions end as engaged_sessions,
    total_users
from web_traffic
where not coalesce(is_deleted, false) and grain in ('day', 'month') and "on" is not null
