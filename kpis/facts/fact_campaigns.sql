-- One row per campaign: what its records say, the representative first, gaps filled from the others.
with ranked as (
    select
        *,
        row_number() over (
            partition by campaign_key order by (source || ':' || id = campaign_key) desc, source, id
        ) as place
    from campaigns
    where not coalesce(is_deleted, false) and campaign_key is not null
)
select
    campaign_key as campaign,
    arg_min(channel, place) filter (where channel is not null) as channel,
    arg_min(starts_on, place) filter (where starts_on is not null) as starts_on
from ranked
group by campaign_key
