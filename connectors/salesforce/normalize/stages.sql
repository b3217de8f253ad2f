select
    stage.Id as id,
    coalesce(stage.ApiName, stage.MasterLabel) as stage,
    stage.MasterLabel as label,
    stage.SortOrder as position,
    stage.IsClosed as is_closed,
    stage.IsWon as is_won,
    stage.DefaultProbability / 100 as probability
from OpportunityStage as stage
