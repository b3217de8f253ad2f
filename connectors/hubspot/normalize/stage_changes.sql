-- History entries are `<instant> <stage>`; a stage belongs to one pipeline, which may not be the deal's of today.
with entries as (
    select
        id as deal_id,
        pipeline,
        archived,
        hs_lastmodifieddate,
        unnest(string_split(stage_history, ';')) as entry
    from deals
),

stage_of as (
    select stage, min(pipeline) as pipeline from deal_stages group by stage having count(*) = 1
)

select
    entries.deal_id || '/' || entries.entry                      as id,
    entries.hs_lastmodifieddate                                  as changed_at,
    entries.archived                                             as is_deleted,
    entries.deal_id                                              as opportunity_id,
    coalesce(stage_of.pipeline, entries.pipeline)                as pipeline,
    substr(entries.entry, strpos(entries.entry, ' ') + 1)                            as stage,
    cast(split_part(entries.entry, ' ', 1) as timestamptz)       as "at"
from entries
left join stage_of on stage_of.stage = substr(entries.entry, strpos(entries.entry, ' ') + 1)
where substr(entries.entry, strpos(entries.entry, ' ') + 1) <> ''
