-- A company of five years, in the normalized tables: {rows} leads, {rows} deals and ten times as many activities.
-- Everything is drawn by `pick`, so that the same number of rows always makes the same company.
create temp macro pick(i, salt, n) as cast(hash(i * 100 + salt) % n as bigint);
create temp macro day_of(i, salt) as date '2021-12-01' + cast(pick(i, salt, 1800) as integer);
create temp macro moment_of(i, salt) as
    timestamptz '2021-12-01 06:00:00+00' + to_seconds(cast(pick(i, salt, 1800 * 86400) as double));
create temp macro record(prefix, i) as prefix || lpad(cast(i as varchar), 15, '0');
create temp macro key(prefix, i) as 'salesforce:' || prefix || lpad(cast(i as varchar), 15, '0');
create temp macro account_of(i, salt) as key('001', pick(i, salt, greatest({rows} // 8, 1)));
create temp macro person_of(i, salt) as key('00Q', pick(i, salt, {rows}));
create temp macro owner_of(i, salt) as key('005', pick(i, salt, 40));
create temp macro campaign_of(i, salt) as case when pick(i, salt, 5) < 2 then key('701', pick(i, salt + 1, 200)) end;
create temp macro channel_of(i, salt) as ['Organic Search', 'Paid Search', 'Email', 'Referral', 'Direct', 'Paid Social',
    'Organic Social', 'Events', 'Partner', 'Outbound', 'Offline', null][pick(i, salt, 12) + 1];
create temp macro product_of(i, salt) as
    ['Base', 'Analytics', 'Automation', 'Support', 'Storage', null][pick(i, salt, 6) + 1];
create temp macro currency_of(i, salt) as case
    -- of a few records nobody knows the exchange rate
    when pick(i, salt, greatest({rows} // 5, 1)) = 7 then 'GBP' when pick(i, salt, 10) = 0 then 'USD' else 'EUR' end;

insert into exchange_rates (source, id, currency, "on", rate)
select 'files', i, 'USD', date '2021-06-01' + cast(i as integer), 0.85 + pick(i, 1, 100) / 1000.0 from range(2000) t (i);

insert into accounts (source, id, name, segment, owner_id, created_at, account_key, owner_key)
select 'salesforce', record('001', i), 'Account ' || i, ['Enterprise', 'Mid-market', 'Small', null][pick(i, 1, 4) + 1],
    record('005', pick(i, 2, 40)), moment_of(i, 3), key('001', i), owner_of(i, 2)
from range(greatest({rows} // 8, 1)) t (i);

insert into owners (source, id, name, team, is_active, owner_key)
select 'salesforce', record('005', i), 'Owner ' || i, ['sales', 'sales', 'marketing', 'service'][i % 4 + 1], true, key('005', i)
from range(40) t (i);

insert into campaigns (source, id, name, channel, kind, starts_on, campaign_key)
select 'salesforce', record('701', i), 'Campaign ' || i, channel_of(i, 1), 'Webinar', day_of(i, 2), key('701', i)
from range(200) t (i);

insert into leads (source, id, kind, channel, campaign_id, owner_id, created_at, qualified_at, became_customer_at,
    is_bulk_import, is_lead, person_key, account_key, campaign_key, owner_key)
select 'salesforce', record('00Q', i), 'lead', channel_of(i, 1), null, record('005', pick(i, 4, 40)), created,
    case when pick(i, 5, 3) = 0 then created + to_hours(cast(pick(i, 6, 2400) as integer)) end, null,
    pick(i, 7, 50) = 0, true, key('00Q', i), case when pick(i, 8, 3) > 0 then account_of(i, 9) end,
    campaign_of(i, 10), owner_of(i, 4)
from (select i, moment_of(i, 3) as created from range({rows}) t (i)) as dated;

insert into opportunities (source, id, account_id, kind, pipeline, stage, amount, currency, created_at, closed_on,
    is_closed, is_won, channel, product_family, opportunity_key, account_key, person_key, campaign_key, owner_key)
select 'salesforce', record('006', i), null, ['new', 'new', 'new', 'upsell', 'cross_sell', 'renewal'][pick(i, 1, 6) + 1],
    null, case when pick(i, 2, 5) = 0 then 'Proposal' when pick(i, 3, 5) < 2 then 'Closed Won' else 'Closed Lost' end,
    case when pick(i, 4, 40) > 0 then 100 + pick(i, 5, 20000) end, currency_of(i, 6), created,
    cast(created as date) + cast(pick(i, 7, 150) as integer), pick(i, 2, 5) > 0,
    pick(i, 2, 5) > 0 and pick(i, 3, 5) < 2, channel_of(i, 8), product_of(i, 9), key('006', i),
    case when pick(i, 10, 20) > 0 then account_of(i, 11) end,
    case when pick(i, 12, 2) = 0 then person_of(i, 13) end, campaign_of(i, 14), owner_of(i, 16)
from (select i, moment_of(i, 17) as created from range({rows}) t (i)) as dated;

insert into stages (source, id, stage, label, position, is_closed, is_won)
select 'salesforce', name, name, name, row_number() over (), starts_with(name, 'Closed'), name = 'Closed Won'
from (select unnest(['Prospecting', 'Qualification', 'Proposal', 'Negotiation', 'Closed Won', 'Closed Lost']) as name);

insert into stage_changes (source, id, opportunity_id, stage, "at", opportunity_key)
select 'salesforce', record('008', o.i * 3 + n), o.id,
    case n when 0 then 'Prospecting' when 1 then ['Qualification', 'Proposal'][pick(o.i, 18, 2) + 1] else o.stage end,
    case
        when n = 2 and o.is_closed then greatest(cast(o.closed_on as timestamptz), o.created_at)
        else o.created_at + to_hours(cast(n * pick(o.i, 19 + n, 700) as integer))
    end,
    o.opportunity_key
from (select *, cast(substr(id, 4) as bigint) as i from opportunities) as o
cross join range(3) numbers (n);

insert into touches (source, id, channel, kind, team, "at", is_response, person_key, campaign_key)
select 'salesforce', record('00v', i), channel_of(i, 1), ['Form', 'Webinar', 'Email', 'Call'][pick(i, 2, 4) + 1],
    ['marketing', 'sales', null][pick(i, 3, 3) + 1], moment_of(i, 4), pick(i, 5, 4) = 0, person_of(i, 6), campaign_of(i, 7)
from range({rows}) t (i);

insert into costs (source, id, starts_on, ends_on, kind, channel, amount, currency, campaign_key)
select 'files', i, start, cast(start + interval '1' month as date) - 1, kind, channel, 500 + pick(i, 1, 3000),
    currency_of(i, 2), campaign
from (
    select row_number() over () as i, cast(date '2021-12-01' + to_months(cast(m as integer)) as date) as start, c.*
    from range(60) months (m)
    cross join (
        select 'media' as kind, channel_of(n, 3) as channel, key('701', n) as campaign from range(200) t (n)
        union all
        select unnest(['salary', 'sales', 'software', 'agency', 'automation']), null, null
    ) as c
) as monthly;

insert into subscriptions (source, id, product, product_family, plan, mrr, currency, starts_on, ends_on, is_trial, account_key)
select 'salesforce', record('a0S', i), coalesce(product_of(i, 1), 'Other') || ' seats', product_of(i, 1),
    ['Basic', 'Plus', 'Pro'][pick(i, 2, 3) + 1], 40 + pick(i, 3, 2000), currency_of(i, 4), day_of(i, 5),
    case when pick(i, 6, 5) < 3 then day_of(i, 5) + 30 + cast(pick(i, 7, 900) as integer) end, pick(i, 8, 30) = 0,
    account_of(i, 9)
from range({rows} // 5) t (i);

insert into revenue (source, id, kind, "on", amount, cogs, currency, account_key, opportunity_key)
select 'files', i, case when pick(i, 1, 30) = 0 then 'refund' else 'invoice' end, day_of(i, 2), 50 + pick(i, 3, 5000),
    case when pick(i, 4, 3) = 0 then 20 + pick(i, 5, 40) end, currency_of(i, 6), account_of(i, 7),
    case when pick(i, 8, 2) = 0 then key('006', pick(i, 9, {rows})) end
from range({rows} // 4) t (i);

insert into activities (source, id, team, kind, direction, "at", is_mass, activity_key, person_key, account_key, owner_key)
select 'salesforce', record('00T', i), ['marketing', 'sales', 'service', null][pick(i, 1, 4) + 1],
    ['Call', 'Email', 'Meeting', 'Task'][pick(i, 2, 4) + 1], ['in', 'out', null][pick(i, 3, 3) + 1], moment_of(i, 4),
    pick(i, 5, 20) = 0, key('00T', i), case when pick(i, 6, 2) = 0 then person_of(i, 7) end,
    case when pick(i, 8, 5) > 0 then account_of(i, 9) end, owner_of(i, 10)
from range({rows} * 10) t (i);

insert into email_sends (source, id, sent_at, sent, delivered, unique_opens, unique_clicks, automated_opens, campaign_key)
select 'hubspot', i, moment_of(i, 1), 1000, 980, pick(i, 2, 500), pick(i, 3, 90), pick(i, 4, 60), campaign_of(i, 5)
from range(20000) t (i);

insert into web_traffic (source, id, grain, "on", channel, sessions, engaged_sessions, total_users)
select 'google', d * 20 + c, 'day', date '2021-12-01' + cast(d as integer), channel_of(c, 1), 50 + pick(d * 20 + c, 2, 500),
    20 + pick(d * 20 + c, 3, 30), 40 + pick(d * 20 + c, 4, 400)
from range(1810) days (d) cross join range(20) channels (c);

insert into tickets (source, id, kind, product, parent_id, created_at, ticket_key, account_key)
select 'salesforce', record('500', i), ['Question', 'Bug', 'spam', 'Billing'][pick(i, 1, 4) + 1], product_of(i, 2),
    case when pick(i, 3, 30) = 0 then 'x' end, moment_of(i, 4), key('500', i),
    case when pick(i, 5, 10) > 0 then account_of(i, 6) end
from range({rows}) t (i);

insert into product_usage (source, id, product, feature, "on", events, account_key)
select 'files', i, product_of(i, 1), 'login', day_of(i, 2), 1 + pick(i, 3, 20), account_of(i, 4)
from range({rows}) t (i);

insert into onboardings (source, id, product, state, started_at, completed_at, account_key)
select 'files', i, product_of(i, 1), case when pick(i, 2, 20) = 0 then 'cancelled' else 'completed' end, started,
    case when pick(i, 3, 5) > 0 then started + to_hours(cast(pick(i, 4, 3000) as integer)) end, account_of(i, 5)
from (select i, moment_of(i, 6) as started from range({rows} // 20) t (i)) as begun;

insert into referrals (source, id, "at", account_key, person_key)
select 'files', i, moment_of(i, 1), account_of(i, 2), person_of(i, 3) from range({rows} // 50) t (i);

insert into offers (source, id, kind, offered_at, accepted_at, account_key)
select 'files', i, ['upsell', 'cross_sell'][pick(i, 1, 2) + 1], offered,
    case when pick(i, 2, 3) = 0 then offered + to_hours(cast(pick(i, 3, 4000) as integer)) end, account_of(i, 4)
from (select i, moment_of(i, 5) as offered from range({rows} // 20) t (i)) as made;

insert into targets (source, id, kpi, dimension, member, starts_on, ends_on, value)
select 'files', i, 'quota', case when o > 0 then 'owner' end, case when o > 0 then 'Owner ' || (o - 1) end, start,
    cast(start + interval '1' month as date) - 1, 100000
from (
    select row_number() over () as i, o, cast(date '2021-12-01' + to_months(cast(m as integer)) as date) as start
    from range(60) months (m) cross join range(41) owners (o)
) as monthly;
