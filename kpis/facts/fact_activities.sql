-- One row per interaction: what people did with a customer, and what a customer answered to marketing. Mass mail is none.
-- What two systems log of the same call, or one system twice in a minute, is one interaction. Few rows have a double, so
-- only those are put in order whose key, or one with the same hash, is there twice.
with doubled as (
    select hash(coalesce(activity_key, source || ':' || id)) as key_hash
    from activities
    where not coalesce(is_deleted, false) and at is not null and not coalesce(is_mass, false)
    group by 1
    having count(*) > 1
),
ranked as (
    select
        *,
        row_number() over (
            partition by coalesce(activity_key, source || ':' || id)
            order by (source || ':' || id = activity_key) desc, source, id
        ) as place
    from activities
    where not coalesce(is_deleted, false) and at is not null and not coalesce(is_mass, false)
        and hash(coalesce(activity_key, source || ':' || id)) in (select key_hash from doubled)
    union all
    select *, 1
    from activities
    where not coalesce(is_deleted, false) and at is not null and not coalesce(is_mass, false)
        and hash(coalesce(activity_key, source || ':' || id)) not in (select key_hash from doubled)
),
teams as (
    select owner_key, min(team) as team
    from owners
    where not coalesce(is_deleted, false) and owner_key is not null and team is not null
    group by owner_key
),
placed as (
    select a.*, coalesce(a.account_key, p.account, d.account) as account
    from ranked as a
    left join fact_person_accounts as p on p.person_key = a.person_key
    left join fact_deals as d on d.opportunity_key = a.opportunity_key
    where a.place = 1
),
logged as (
    select
        'activities' as record_table,
        a.source || ':' || a.id as record_key,
        a.account,
        a.person_key,
        a.owner_key as owner,
        coalesce(a.team, t.team) as team,
        lower(a.kind) as kind,
        a.at,
        lower(coalesce(a.kind, '')) in ('call', 'meeting') or coalesce(a.direction = 'in', false) as is_two_way,
        true as is_activity,
        a.source,
        a.id,
        coalesce(a.person_key, a.account, a.source || ':' || a.id) as party,
        hash(lower(a.kind), coalesce(a.person_key, a.account, a.source || ':' || a.id), date_trunc('minute', a.at)) as turn_hash
    from placed as a
    left join teams as t on t.owner_key = a.owner_key
),
logged_again as (
    select turn_hash from logged group by turn_hash having count(*) > 1
),
turned as (
    select
        *,
        row_number() over (partition by kind, party, date_trunc('minute', at) order by at, source, id) as turn
    from logged
    where turn_hash in (select turn_hash from logged_again)
    union all
    select *, 1 from logged where turn_hash not in (select turn_hash from logged_again)
),
answered as (
    select
        'touches',
        t.source || ':' || t.id,
        coalesce(t.account_key, p.account, d.account),
        t.person_key,
        cast(null as varchar),
        coalesce(t.team, 'marketing'),
        lower(t.kind),
        t.at,
        true,
        false
    from touches as t
    left join fact_person_accounts as p on p.person_key = t.person_key
    left join fact_deals as d on d.opportunity_key = t.opportunity_key
    where not coalesce(t.is_deleted, false) and t.at is not null and t.is_response
),
interactions as (
    select *, cast(at at time zone :timezone as date) as "on"
    from (
        select * exclude (source, id, party, turn_hash, turn) from turned where turn = 1
        union all
        select * from answered
    ) as both_kinds
)
select
    i.record_table,
    i.record_key,
    i.account,
    i.person_key,
    i.owner,
    i.team,
    i.kind,
    i."on",
    i.is_two_way,
    i.is_activity,
    a.segment,
    r.account is not null as is_of_customer
from interactions as i
left join fact_account_records as a on a.account_key = i.account
left join fact_active_accounts as r
    on r.account = i.account and r.starts_on <= i."on" and (r.ends_on is null or r.ends_on > i."on")
