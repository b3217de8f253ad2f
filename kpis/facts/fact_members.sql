-- What people call the members of dimensions whose values are keys.
with ranked as (
    select
        'campaign' as dimension, campaign_key as member_id, name as member,
        row_number() over (partition by campaign_key order by (source || ':' || id = campaign_key) desc, source, id) as place
    from campaigns
    where not coalesce(is_deleted, false) and campaign_key is not null and name is not null
    union all
    select
        'owner', owner_key, name,
        row_number() over (partition by owner_key order by (source || ':' || id = owner_key) desc, source, id)
    from owners
    where not coalesce(is_deleted, false) and owner_key is not null and name is not null
)
select dimension, member_id, member from ranked where place = 1
union all
select 'account', account_key, name from fact_accounts where name is not null
union all
select 'stage', stage, min(stage_label)
from (
    select stage, stage_label from fact_stage_entries
    union all
    select stage, stage_label from fact_funnel
) as stages_met
group by stage
