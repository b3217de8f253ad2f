-- One row per touch, with the party it belongs to: the account, else the person alone. The words before the key keep an
-- account and a person apart that carry the same id.
select
    t.source || ':' || t.id as touch_key,
    coalesce(
        'account ' || coalesce(t.account_key, p.account, d.account),
        'person ' || t.person_key
    ) as party_key,
    coalesce(t.account_key, p.account, d.account) as account,
    t.person_key,
    t.campaign_key as campaign,
    coalesce(t.channel, c.channel) as channel,
    t.kind,
    t.team,
    t.at,
    cast(t.at at time zone :timezone as date) as "on",
    coalesce(t.is_direct, false) or coalesce(coalesce(t.channel, c.channel) = 'Direct', false) as is_direct,
    coalesce(t.is_response, false) as is_response,
    -- where nobody states the team, the channel says whether marketing pays for it
    case
        when t.team is not null then t.team = 'marketing'
        else coalesce(
            coalesce(t.channel, c.channel) not in ('Outbound', 'Partner', 'Offline', 'Other', 'Unassigned'), false
        )
    end as is_marketing
from touches as t
left join fact_person_accounts as p on p.person_key = t.person_key
left join fact_deals as d on d.opportunity_key = t.opportunity_key
left join fact_campaigns as c on c.campaign = t.campaign_key
where not coalesce(t.is_deleted, false) and t.at is not null
