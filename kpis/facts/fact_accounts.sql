-- One row per account, also of those known only by a deal or a subscription. Its channel and campaign are those of its
-- first lead that was there before it became a customer; none where it came without a lead.
with keys as (
    select account_key from fact_account_records
    union
    select account_key from fact_customers
    union
    select account from fact_people where account is not null
),
first_leads as (
    select
        p.account as account_key,
        min(p.created_at) as first_lead_at,
        arg_min(p.channel, (p.created_at, p.person_key)) filter (where p.channel is not null and not p.was_customer_before) as channel,
        arg_min(p.campaign, (p.created_at, p.person_key)) filter (where p.campaign is not null and not p.was_customer_before) as campaign
    from fact_people as p
    where p.account is not null and p.created_at is not null
    group by p.account
)
select
    k.account_key,
    k.account_key as account,
    r.name,
    r.segment,
    r.owner,
    l.channel,
    l.campaign,
    l.first_lead_at,
    c.became_customer_on
from keys as k
left join fact_account_records as r on r.account_key = k.account_key
left join fact_customers as c on c.account_key = k.account_key
left join first_leads as l on l.account_key = k.account_key
