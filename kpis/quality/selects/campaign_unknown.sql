-- The key is missing where nothing answers to the id.
select 'leads' as "table", source, id, 'campaign_id=' || campaign_id as what, source || ' leads.campaign_id' as part
from leads
where not coalesce(is_deleted, false) and campaign_id is not null and campaign_key is null
union all
select 'opportunities' as "table", source, id, 'campaign_id=' || campaign_id as what, source || ' opportunities.campaign_id' as part
from opportunities
where not coalesce(is_deleted, false) and campaign_id is not null and campaign_key is null
union all
select 'touches' as "table", source, id, 'campaign_id=' || campaign_id as what, source || ' touches.campaign_id' as part
from touches
where not coalesce(is_deleted, false) and campaign_id is not null and campaign_key is null
union all
select 'costs' as "table", source, id, 'campaign_id=' || campaign_id as what, source || ' costs.campaign_id' as part
from costs
where not coalesce(is_deleted, false) and campaign_id is not null and campaign_key is null
union all
select 'email_sends' as "table", source, id, 'campaign_id=' || campaign_id as what, source || ' email_sends.campaign_id' as part
from email_sends
where not coalesce(is_deleted, false) and campaign_id is not null and campaign_key is null
