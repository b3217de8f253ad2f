-- A member is named by its id, its key or the words that people know it by.
with members as (
    select 'owner' as dimension, id as word from owners
    union all
    select 'owner' as dimension, owner_key as word from owners
    union all
    select 'owner' as dimension, name as word from owners
    union all
    select 'campaign' as dimension, id as word from campaigns
    union all
    select 'campaign' as dimension, campaign_key as word from campaigns
    union all
    select 'campaign' as dimension, name as word from campaigns
    union all
    select 'account' as dimension, id as word from accounts
    union all
    select 'account' as dimension, account_key as word from accounts
    union all
    select 'account' as dimension, name as word from accounts
    union all
    select 'segment' as dimension, segment as word from accounts
    union all
    select 'segment' as dimension, segment as word from leads
    union all
    select 'channel' as dimension, channel as word from leads
    union all
    select 'channel' as dimension, channel as word from costs
    union all
    select 'channel' as dimension, channel as word from web_traffic
    union all
    select 'product' as dimension, product_family as word from opportunities
    union all
    select 'product' as dimension, product_family as word from subscriptions
    union all
    select 'product' as dimension, product as word from subscriptions
    union all
    select 'product' as dimension, product as word from product_usage
    union all
    select 'product' as dimension, product as word from tickets
    union all
    select 'product' as dimension, product as word from onboardings
    union all
    select 'pipeline' as dimension, pipeline as word from stages
    union all
    select 'pipeline' as dimension, pipeline as word from opportunities
    union all
    select 'stage' as dimension, stage as word from stages
    union all
    select 'stage' as dimension, label as word from stages
    union all
    select 'stage' as dimension, pipeline || '/' || stage as word from stages
),
known as (
    select distinct dimension, word
    from members
    where word is not null
)
select
    'targets' as "table",
    t.source,
    t.id,
    'dimension=' || t.dimension || ' member=' || coalesce(t.member, '') as what,
    t.dimension || ': ' || coalesce(t.member, '(none)') as part
from targets as t
left join known as k on k.dimension = t.dimension and k.word = t.member
where not coalesce(t.is_deleted, false)
    and coalesce(nullif(t.dimension, ''), 'org') <> 'org'
    and (
        t.member is null
        or (
            k.word is null
            and t.member <> '(none)'
            and not (t.dimension = 'channel' and t.member in (:channels))
            and not (t.dimension = 'team' and t.member in (:teams))
            and t.dimension not in (:open_dimensions)
        )
    )
