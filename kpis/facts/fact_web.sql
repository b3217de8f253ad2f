-- Visits by day; rows of a whole month carry the visitors of that month and would count its visits twice.
select
    "on",
    channel,
    sessions
from web_traffic
where not coalesce(is_deleted, false) and grain = 'day' and "on" is not null and sessions is not null
