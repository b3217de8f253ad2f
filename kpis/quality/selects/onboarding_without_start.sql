select 'onboardings' as "table", source, id, 'state=' || coalesce(state, '') as what
from onboardings
where not coalesce(is_deleted, false) and started_at is null
