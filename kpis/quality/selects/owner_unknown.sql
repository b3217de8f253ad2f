-- The key is missing where nothing answers to the id.
select 'leads' as "table", source, id, 'owner_id=' || owner_id as what, source || ' leads.owner_id' as part
from leads
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
union all
select 'accounts' as "table", source, id, 'owner_id=' || owner_id as what, source || ' accounts.owner_id' as part
from accounts
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
union all
select 'opportunities' as "table", source, id, 'owner_id=' || owner_id as what, source || ' opportunities.owner_id' as part
from opportunities
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
union all
select 'activities' as "table", source, id, 'owner_id=' || owner_id as what, source || ' activities.owner_id' as part
from activities
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
union all
select 'onboardings' as "table", source, id, 'owner_id=' || owner_id as what, source || ' onboardings.owner_id' as part
from onboardings
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
union all
select 'targets' as "table", source, id, 'owner_id=' || owner_id as what, source || ' targets.owner_id' as part
from targets
where not coalesce(is_deleted, false) and owner_id is not null and owner_key is null
