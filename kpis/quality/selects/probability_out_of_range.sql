select 'opportunities' as "table", source, id, 'probability=' || cast(probability as varchar) as what
from opportunities
where not coalesce(is_deleted, false) and (probability < 0 or probability > 1)
union all
select 'stages' as "table", source, id, 'probability=' || cast(probability as varchar) as what
from stages
where not coalesce(is_deleted, false) and (probability < 0 or probability > 1)
