-- A row also where only amount, probability or close date changed: whoever counts visits collapses equal neighbours.
select
    change.Id as id,
    change.CreatedDate as changed_at,
    coalesce(change.IsDeleted, false) or coalesce(deal.IsDeleted, false) as is_deleted,
    change.OpportunityId as opportunity_id,
    change.StageName as stage,
    change.CreatedDate as "at"
from OpportunityHistory as change
left join Opportunity as deal on deal.Id = change.OpportunityId
