-- One row per opportunity over all sources. State and dates of closing come from the representative alone, since a mix
-- of two records' states would be a state that no system ever showed; gaps in the rest are filled from the others.
with persons as (
    select person_key, min(created_at) as lead_at
    from leads
    where not coalesce(is_deleted, false) and coalesce(is_lead, true) and person_key is not null
    group by person_key
),
-- a person belongs to one account, whatever others its records name
first_leads as (
    select k.account as account_key, min(p.lead_at) as lead_at
    from persons as p
    join fact_person_accounts as k on k.person_key = p.person_key
    group by k.account
),
ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_key
            order by (source || ':' || id = opportunity_key) desc, created_at nulls last, source, id
        ) as place
    from opportunities
    where not coalesce(is_deleted, false) and opportunity_key is not null
),
deals as (
    select
        opportunity_key,
        arg_min(source, place) as source,
        arg_min(id, place) as id,
        arg_min(stage, place) filter (where stage is not null) as current_stage,
        arg_min(account_key, place) filter (where account_key is not null) as account,
        arg_min(person_key, place) filter (where person_key is not null) as person_key,
        arg_min(campaign_key, place) filter (where campaign_key is not null) as campaign,
        arg_min(owner_key, place) filter (where owner_key is not null) as owner,
        arg_min(channel, place) filter (where channel is not null) as channel,
        arg_min(pipeline, place) filter (where pipeline is not null) as pipeline,
        arg_min(product_family, place) filter (where product_family is not null) as product,
        arg_min(kind, place) filter (where kind is not null) as kind,
        arg_min(created_at, place) filter (where created_at is not null) as created_at,
        arg_min(amount, place) filter (where amount is not null) as original_amount,
        upper(coalesce(arg_min(currency, place) filter (where amount is not null and currency is not null), :currency)) as currency,
        coalesce(bool_or(is_closed) filter (where place = 1), bool_or(is_won) filter (where place = 1), false) as is_closed,
        coalesce(bool_or(is_won) filter (where place = 1), false) as says_won,
        min(closed_on) filter (where place = 1) as stated_closed_on,
        min(closed_at) filter (where place = 1) as stated_closed_at
    from ranked
    group by opportunity_key
),
dated as (
    select
        * exclude (says_won, stated_closed_on, stated_closed_at),
        is_closed and says_won as is_won,
        is_closed and not says_won as is_lost,
        cast(created_at at time zone :timezone as date) as created_on,
        -- on open deals the date is only a forecast
        case when is_closed then coalesce(stated_closed_on, cast(stated_closed_at at time zone :timezone as date)) end as closed_on,
        case
            when is_closed and coalesce(stated_closed_on = cast(stated_closed_at at time zone :timezone as date), true)
            then stated_closed_at
        end as closed_at
    from deals
)
select
    d.opportunity_key,
    d.source,
    d.id,
    d.account,
    d.person_key,
    d.campaign,
    d.owner,
    d.channel,
    d.pipeline,
    d.current_stage,
    d.product,
    d.kind,
    a.segment,
    d.created_at,
    d.created_on,
    d.is_closed,
    d.is_won,
    d.is_lost,
    coalesce(d.kind = 'renewal', false) as is_renewal,
    d.closed_on,
    d.closed_at,
    -- a closing known only by its date happens at the end of that local day
    coalesce(d.closed_at, (cast(d.closed_on + 1 as timestamp) at time zone :timezone) - interval 1 microsecond) as closing_at,
    -- closed without any date: nobody knows until when it was open, so it is in no opening pipeline
    case when d.is_closed then coalesce(greatest(d.closed_on, d.created_on), d.created_on) end as left_pipeline_on,
    case
        when d.closed_at is not null then (epoch(d.closed_at) - epoch(d.created_at)) / 86400.0
        else cast(date_diff('day', d.created_on, d.closed_on) as double)
    end as cycle_days,
    -- the same from its lead on, else from the account's first, else from the deal itself
    case
        when d.closed_at is not null
            then (epoch(d.closed_at) - epoch(coalesce(p.lead_at, l.lead_at, d.created_at))) / 86400.0
        else cast(
            date_diff(
                'day', cast(coalesce(p.lead_at, l.lead_at, d.created_at) at time zone :timezone as date), d.closed_on
            ) as double
        )
    end as cycle_days_from_lead,
    d.original_amount,
    case
        when d.currency = upper(:currency) then d.original_amount
        else cast(round(d.original_amount * r.rate, 4) as decimal(18, 4))
    end as amount,
    d.original_amount is not null and d.currency <> upper(:currency) and r.rate is null as is_unconverted
from dated as d
left join fact_account_records as a on a.account_key = d.account
left join persons as p on p.person_key = d.person_key
left join first_leads as l on l.account_key = d.account
left join fact_rates as r
    on r.currency = d.currency
    and r.day = least(coalesce(d.closed_on, d.created_on), (select max(day) from fact_rates))
