select 'leads' as "table", source, id, 'channel=' || channel as what, 'leads: ' || channel as part
from leads
where not coalesce(is_deleted, false) and channel not in (:channels)
union all
select 'opportunities' as "table", source, id, 'channel=' || channel as what, 'opportunities: ' || channel as part
from opportunities
where not coalesce(is_deleted, false) and channel not in (:channels)
union all
select 'campaigns' as "table", source, id, 'channel=' || channel as what, 'campaigns: ' || channel as part
from campaigns
where not coalesce(is_deleted, false) and channel not in (:channels)
union all
select 'touches' as "table", source, id, 'channel=' || channel as what, 'touches: ' || channel as part
from touches
where not coalesce(is_deleted, false) and channel not in (:channels)
union all
select 'costs' as "table", source, id, 'channel=' || channel as what, 'costs: ' || channel as part
from costs
where not coalesce(is_deleted, false) and channel not in (:channels)
union all
select 'web_traffic' as "table", source, id, 'channel=' || channel as what, 'web_traffic: ' || channel as part
from web_traffic
where not coalesce(is_deleted, false) and channel not in (:channels)
