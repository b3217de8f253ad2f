select 'opportunities' as "table", source, id, 'amount=' || cast(amount as varchar) as what, 'opportunities' as part
from opportunities
where not coalesce(is_deleted, false) and amount is not null and currency is null
union all
select 'costs' as "table", source, id, 'amount=' || cast(amount as varchar) as what, 'costs' as part
from costs
where not coalesce(is_deleted, false) and amount is not null and currency is null
union all
select 'revenue' as "table", source, id, 'amount=' || cast(amount as varchar) as what, 'revenue' as part
from revenue
where not coalesce(is_deleted, false) and amount is not null and currency is null
union all
select 'subscriptions' as "table", source, id, 'mrr=' || cast(mrr as varchar) as what, 'subscriptions' as part
from subscriptions
where not coalesce(is_deleted, false) and mrr is not null and currency is null
