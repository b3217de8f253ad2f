select
    member.Id as id,
    :site || '/' || member.Id as url,
    member.SystemModstamp as changed_at,
    coalesce(member.IsDeleted, false) or coalesce(campaign.IsDeleted, false) as is_deleted,
    coalesce(member.LeadId, member.ContactId) as lead_id,
    coalesce(contact.AccountId, lead.ConvertedAccountId) as account_id,
    member.CampaignId as campaign_id,
    :campaign_channel as channel,
    'campaign' as kind,
    'marketing' as team,
    -- The first response is known by its day only.
    coalesce(cast(member.FirstRespondedDate as timestamp) at time zone :timezone, member.CreatedDate) as "at",
    coalesce(member.HasResponded, false) as is_response,
    false as is_direct
from CampaignMember as member
left join Campaign as campaign on campaign.Id = member.CampaignId
left join Lead as lead on lead.Id = member.LeadId
left join Contact as contact on contact.Id = member.ContactId
