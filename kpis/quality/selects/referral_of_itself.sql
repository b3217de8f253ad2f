-- A person has several records, of which perhaps only one names the account.
with accounts_of_people as (
    select person_key, account_key
    from leads
    where not coalesce(is_deleted, false) and person_key is not null and account_key is not null
    group by person_key, account_key
)
select
    'referrals' as "table",
    r.source,
    r.id,
    'account_id=' || coalesce(r.referrer_account_id, '') || ' lead_id=' || coalesce(r.lead_id, '') as what
from referrals as r
join accounts_of_people as a on a.person_key = r.person_key and a.account_key = r.account_key
where not coalesce(r.is_deleted, false)
