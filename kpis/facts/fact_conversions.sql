-- One row per conversion that credit is given for: a won deal, an invoice or refund, and `customer`, the moment a party
-- became a customer (worth one). A question picks one of the three.
with first_leads as (
    select
        case when account is null then 'person ' || person_key else 'account ' || account end as party_key,
        min(created_at) as first_lead_at
    from fact_people
    group by 1
),
first_deals as (
    select *, row_number() over (partition by account order by closing_at, opportunity_key) as place
    from fact_deals
    where is_won and account is not null and closed_on is not null
),
own_moments as (
    select person_key, min(became_customer_at) as at
    from leads
    where not coalesce(is_deleted, false) and coalesce(is_lead, true)
    group by person_key
),
converted as (
    select
        revenue_source,
        order_key,
        account,
        person_key,
        campaign,
        channel,
        segment,
        "on",
        amount,
        cogs,
        is_unconverted,
        is_refund,
        opportunity_created_at,
        conversion_on,
        conversion_at
    from fact_orders
    union all
    select
        'customer',
        'account ' || c.account_key,
        c.account_key,
        d.person_key,
        d.campaign,
        d.channel,
        a.segment,
        c.became_customer_on,
        null,
        null,
        false,
        false,
        d.created_at,
        c.became_customer_on,
        c.became_customer_at
    from fact_customers as c
    left join fact_accounts as a on a.account_key = c.account_key
    -- the deal that made it a customer; none where it paid before any deal was won
    left join first_deals as d on d.account = c.account_key and d.place = 1 and d.closing_at = c.became_customer_at
    union all
    select
        'customer',
        'person ' || p.person_key,
        null,
        p.person_key,
        null,
        null,
        p.segment,
        p.customer_on,
        null,
        null,
        false,
        false,
        null,
        p.customer_on,
        m.at
    from fact_people as p
    join own_moments as m on m.person_key = p.person_key
    where p.account is null and p.customer_on is not null and not p.was_customer_before
),
placed as (
    select
        o.*,
        coalesce('account ' || coalesce(o.account, k.account), 'person ' || o.person_key) as party_key,
        coalesce(p.channel, a.channel) as lead_channel,
        coalesce(p.campaign, a.campaign) as lead_campaign,
        case when coalesce(o.account, k.account) is null then p.channel else coalesce(a.channel, b.channel) end
            as first_lead_channel
    from converted as o
    left join fact_people as p on p.person_key = o.person_key
    left join fact_accounts as a on a.account_key = o.account
    left join fact_person_accounts as k on k.person_key = o.person_key
    left join fact_accounts as b on b.account_key = k.account and o.account is null
)
select
    o.revenue_source,
    o.order_key,
    case
        when o.revenue_source = 'won' then 'opportunities'
        when o.revenue_source = 'invoices' then 'revenue'
        when o.account is not null then 'accounts'
        else 'leads'
    end as record_table,
    case when o.revenue_source = 'customer' then coalesce(o.account, o.person_key) else o.order_key end as record_key,
    o.party_key,
    o.account,
    o.person_key,
    o.segment,
    o."on",
    o.amount,
    o.cogs,
    o.is_unconverted,
    o.is_refund,
    o.conversion_on,
    o.conversion_at,
    l.first_lead_at,
    o.opportunity_created_at,
    o.first_lead_channel,
    o.channel as own_channel,
    o.campaign as own_campaign,
    -- what it is credited to where no touch is known: its own campaign or channel, else those of its lead
    case
        when o.campaign is not null then coalesce(o.channel, c.channel)
        else coalesce(o.channel, o.lead_channel)
    end as channel,
    case when o.campaign is null and o.channel is null then o.lead_campaign else o.campaign end as campaign
from placed as o
left join fact_campaigns as c on c.campaign = o.campaign
left join first_leads as l on l.party_key = o.party_key
