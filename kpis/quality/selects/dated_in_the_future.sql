-- What is planned (meetings, ends of subscriptions, spans of costs) may lie ahead; what is said to have happened may not.
select 'leads' as "table", source, id, 'created_at=' || cast(cast(created_at at time zone :timezone as date) as varchar) as what, 'leads.created_at' as part
from leads
where not coalesce(is_deleted, false) and cast(created_at at time zone :timezone as date) > :today
union all
select 'leads' as "table", source, id, 'qualified_at=' || cast(cast(qualified_at at time zone :timezone as date) as varchar) as what, 'leads.qualified_at' as part
from leads
where not coalesce(is_deleted, false) and cast(qualified_at at time zone :timezone as date) > :today
union all
select 'opportunities' as "table", source, id, 'created_at=' || cast(cast(created_at at time zone :timezone as date) as varchar) as what, 'opportunities.created_at' as part
from opportunities
where not coalesce(is_deleted, false) and cast(created_at at time zone :timezone as date) > :today
union all
select 'stage_changes' as "table", source, id, 'at=' || cast(cast(at at time zone :timezone as date) as varchar) as what, 'stage_changes.at' as part
from stage_changes
where not coalesce(is_deleted, false) and cast(at at time zone :timezone as date) > :today
union all
select 'touches' as "table", source, id, 'at=' || cast(cast(at at time zone :timezone as date) as varchar) as what, 'touches.at' as part
from touches
where not coalesce(is_deleted, false) and cast(at at time zone :timezone as date) > :today
union all
select 'email_sends' as "table", source, id, 'sent_at=' || cast(cast(sent_at at time zone :timezone as date) as varchar) as what, 'email_sends.sent_at' as part
from email_sends
where not coalesce(is_deleted, false) and cast(sent_at at time zone :timezone as date) > :today
union all
select 'tickets' as "table", source, id, 'created_at=' || cast(cast(created_at at time zone :timezone as date) as varchar) as what, 'tickets.created_at' as part
from tickets
where not coalesce(is_deleted, false) and cast(created_at at time zone :timezone as date) > :today
union all
select 'onboardings' as "table", source, id, 'completed_at=' || cast(cast(completed_at at time zone :timezone as date) as varchar) as what, 'onboardings.completed_at' as part
from onboardings
where not coalesce(is_deleted, false) and cast(completed_at at time zone :timezone as date) > :today
union all
select 'referrals' as "table", source, id, 'at=' || cast(cast(at at time zone :timezone as date) as varchar) as what, 'referrals.at' as part
from referrals
where not coalesce(is_deleted, false) and cast(at at time zone :timezone as date) > :today
union all
select 'offers' as "table", source, id, 'offered_at=' || cast(cast(offered_at at time zone :timezone as date) as varchar) as what, 'offers.offered_at' as part
from offers
where not coalesce(is_deleted, false) and cast(offered_at at time zone :timezone as date) > :today
union all
select 'revenue' as "table", source, id, 'on=' || cast("on" as varchar) as what, 'revenue.on' as part
from revenue
where not coalesce(is_deleted, false) and "on" > :today
union all
select 'web_traffic' as "table", source, id, 'on=' || cast("on" as varchar) as what, 'web_traffic.on' as part
from web_traffic
where not coalesce(is_deleted, false) and "on" > :today
union all
select 'product_usage' as "table", source, id, 'on=' || cast("on" as varchar) as what, 'product_usage.on' as part
from product_usage
where not coalesce(is_deleted, false) and "on" > :today
