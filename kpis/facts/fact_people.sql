-- One row per person over all sources, at the earliest creation and qualification, with the first known channel and campaign.
-- People of whom no record counts as a lead (a Salesforce contact, unless the settings say so) are not here.
with ranked as (
    select
        *,
        row_number() over (
            partition by person_key order by (source || ':' || id = person_key) desc, created_at nulls last, source, id
        ) as place,
        row_number() over (
            partition by person_key
            -- of records made at one moment, that of the system that is believed
            order by created_at nulls last, starts_with(person_key, source || ':') desc,
                (source || ':' || id = person_key) desc, source, id
        ) as turn
    from leads
    where not coalesce(is_deleted, false) and person_key is not null
),
people as (
    select
        person_key,
        arg_min(account_key, place) filter (where account_key is not null) as account,
        arg_min(campaign_key, turn) filter (where campaign_key is not null) as campaign,
        arg_min(owner_key, place) filter (where owner_key is not null) as owner,
        arg_min(segment, place) filter (where segment is not null) as own_segment,
        arg_min(channel, turn) filter (where channel is not null) as channel,
        -- a record that is no lead still says whose person it is and where from, but not when the lead began
        min(created_at) filter (where coalesce(is_lead, true)) as created_at,
        min(qualified_at) filter (where coalesce(is_lead, true)) as qualified_at,
        min(converted_on) filter (where coalesce(is_lead, true) and opportunity_id is not null) as converted_on,
        min(became_customer_at) filter (where coalesce(is_lead, true)) as own_customer_at,
        coalesce(bool_or(is_bulk_import) filter (where coalesce(is_lead, true)), false) as is_bulk_import
    from ranked
    group by person_key
    having bool_or(coalesce(is_lead, true))
),
first_deals as (
    select person_key, min(created_on) as opportunity_on
    from fact_deals
    where person_key is not null
    group by person_key
),
responses as (
    select person_key, min(at) as responded_at
    from touches
    where not coalesce(is_deleted, false) and is_response and person_key is not null
    group by person_key
)
select
    p.person_key,
    p.account,
    p.campaign,
    p.owner,
    coalesce(p.own_segment, a.segment) as segment,
    p.channel,
    p.created_at,
    cast(p.created_at at time zone :timezone as date) as created_on,
    cast(p.qualified_at at time zone :timezone as date) as qualified_on,
    cast(t.responded_at at time zone :timezone as date) as responded_on,
    coalesce(d.opportunity_on, p.converted_on) as opportunity_on,
    p.is_bulk_import,
    case when p.account is null then cast(p.own_customer_at at time zone :timezone as date) else c.became_customer_on end as customer_on,
    -- the account's own history decides; the person's date counts only where there is no account
    coalesce(case when p.account is null then p.own_customer_at else c.became_customer_at end < p.created_at, false)
        as was_customer_before
from people as p
left join fact_account_records as a on a.account_key = p.account
left join fact_customers as c on c.account_key = p.account
left join first_deals as d on d.person_key = p.person_key
left join responses as t on t.person_key = p.person_key
