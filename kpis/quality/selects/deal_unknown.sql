-- The key is missing where nothing answers to the id.
select 'opportunity_lines' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' opportunity_lines.opportunity_id' as part
from opportunity_lines
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
union all
select 'stage_changes' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' stage_changes.opportunity_id' as part
from stage_changes
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
union all
select 'touches' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' touches.opportunity_id' as part
from touches
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
union all
select 'subscriptions' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' subscriptions.opportunity_id' as part
from subscriptions
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
union all
select 'revenue' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' revenue.opportunity_id' as part
from revenue
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
union all
select 'activities' as "table", source, id, 'opportunity_id=' || opportunity_id as what, source || ' activities.opportunity_id' as part
from activities
where not coalesce(is_deleted, false) and opportunity_id is not null and opportunity_key is null
