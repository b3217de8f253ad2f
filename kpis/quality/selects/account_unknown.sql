-- The key is missing where nothing answers to the id; a record that its person leads to an account has one.
select 'leads' as "table", source, id, 'account_id=' || account_id as what, source || ' leads.account_id' as part
from leads
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'opportunities' as "table", source, id, 'account_id=' || account_id as what, source || ' opportunities.account_id' as part
from opportunities
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'touches' as "table", source, id, 'account_id=' || account_id as what, source || ' touches.account_id' as part
from touches
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'subscriptions' as "table", source, id, 'account_id=' || account_id as what, source || ' subscriptions.account_id' as part
from subscriptions
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'revenue' as "table", source, id, 'account_id=' || account_id as what, source || ' revenue.account_id' as part
from revenue
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'activities' as "table", source, id, 'account_id=' || account_id as what, source || ' activities.account_id' as part
from activities
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'tickets' as "table", source, id, 'account_id=' || account_id as what, source || ' tickets.account_id' as part
from tickets
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'product_usage' as "table", source, id, 'account_id=' || account_id as what, source || ' product_usage.account_id' as part
from product_usage
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'onboardings' as "table", source, id, 'account_id=' || account_id as what, source || ' onboardings.account_id' as part
from onboardings
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'offers' as "table", source, id, 'account_id=' || account_id as what, source || ' offers.account_id' as part
from offers
where not coalesce(is_deleted, false) and account_id is not null and account_key is null
union all
select 'referrals' as "table", source, id, 'referrer_account_id=' || referrer_account_id as what, source || ' referrals.referrer_account_id' as part
from referrals
where not coalesce(is_deleted, false) and referrer_account_id is not null and account_key is null
