-- One row per recommendation of a person by a customer; nobody refers himself or his own company.
select
    r.source || ':' || r.id as referral_key,
    r.person_key,
    r.account_key as account,
    a.segment,
    cast(r.at at time zone :timezone as date) as "on",
    p.account as referred_account,
    c.became_customer_on
from referrals as r
join fact_people as p on p.person_key = r.person_key
left join fact_accounts as c on c.account_key = p.account
left join fact_account_records as a on a.account_key = r.account_key
where not coalesce(r.is_deleted, false)
    and r.at is not null
    and r.account_key is not null
    and (p.account is null or p.account <> r.account_key)
