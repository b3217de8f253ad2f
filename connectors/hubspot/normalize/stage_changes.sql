-- History entries are `<instant> <stage>`; a stage belongs to one pipeline, which may not be the deal's of today.
with entries as (
    select id as deal_id, unnest(string_split(stage_history, ';')) as entry from deals
),

visits as (
    select
        deal_id,
        entry,
        split_part(entry, ' ', 1)               as moment,
        substr(entry, strpos(entry, ' ') + 1)   as stage
    from entries
),

stage_of as (
    select stage, min(pipeline) as pipeline from deal_stages group by stage having count(*) = 1
)

select
    visits.deal_id || '/' || visits.entry              as id,
    deals.hs_lastmodifieddate                          as changed_at,
    -- a merged deal has the history of those that went into it
    deals.archived or merged_deals.survivor is not null as is_deleted,
    visits.deal_id                                     as opportunity_id,
    coalesce(stage_of.pipeline, deals.pipeline)        as pipeline,
    visits.stage                                       as stage,
    cast(visits.moment as timestamptz)                 as "at"
from visits
join deals on deals.id = visits.deal_id
left join merged_deals on merged_deals.absorbed = visits.deal_id
left join stage_of on stage_of.stage = visits.stage
where visits.stage <> ''
