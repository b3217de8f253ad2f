-- The key is missing where nothing answers to the id.
select 'opportunities' as "table", source, id, 'lead_id=' || lead_id as what, source || ' opportunities.lead_id' as part
from opportunities
where not coalesce(is_deleted, false) and lead_id is not null and person_key is null
union all
select 'stage_changes' as "table", source, id, 'lead_id=' || lead_id as what, source || ' stage_changes.lead_id' as part
from stage_changes
where not coalesce(is_deleted, false) and lead_id is not null and person_key is null
union all
select 'touches' as "table", source, id, 'lead_id=' || lead_id as what, source || ' touches.lead_id' as part
from touches
where not coalesce(is_deleted, false) and lead_id is not null and person_key is null
union all
select 'activities' as "table", source, id, 'lead_id=' || lead_id as what, source || ' activities.lead_id' as part
from activities
where not coalesce(is_deleted, false) and lead_id is not null and person_key is null
union all
select 'referrals' as "table", source, id, 'lead_id=' || lead_id as what, source || ' referrals.lead_id' as part
from referrals
where not coalesce(is_deleted, false) and lead_id is not null and person_key is null
