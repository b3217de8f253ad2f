-- The account of each person that has one, also of those who are no lead: whose touches and deals are the account's.
with ranked as (
    select
        person_key,
        account_key,
        row_number() over (
            partition by person_key order by (source || ':' || id = person_key) desc, created_at nulls last, source, id
        ) as place
    from leads
    where not coalesce(is_deleted, false) and person_key is not null and account_key is not null
)
select person_key, account_key as account
from ranked
where place = 1
