-- Visits by day and channel, medium, campaign; users by month, for each channel and (channel null) for all together.
select
    cast("date" as varchar) || '|' || md5(
        sessionDefaultChannelGroup || chr(31) || sessionMedium || chr(31) || sessionCampaignName
    )                                                   as id,
    false                                               as is_deleted,
    'day'                                               as grain,
    "date"                                              as "on",
    sessionDefaultChannelGroup                          as channel,
    nullif(sessionMedium, '(not set)')                  as medium,      -- Google's words for: not said
    nullif(sessionCampaignName, '(not set)')            as campaign,
    sessions                                            as sessions,
    engagedSessions                                     as engaged_sessions,
    totalUsers                                          as total_users, -- never to be summed: a person comes again
    newUsers                                            as new_users,
    keyEvents                                           as key_events
from traffic_day
union all
select
    yearMonth || '|' || sessionDefaultChannelGroup      as id,
    false                                               as is_deleted,
    'month'                                             as grain,
    cast(substr(yearMonth, 1, 4) || '-' || substr(yearMonth, 5, 2) || '-01' as date) as "on",
    nullif(sessionDefaultChannelGroup, 'RESERVED_TOTAL') as channel,
    cast(null as varchar)                               as medium,
    cast(null as varchar)                               as campaign,
    cast(null as bigint)                                as sessions,    -- said by day
    cast(null as bigint)                                as engaged_sessions,
    totalUsers                                          as total_users,
    cast(null as bigint)                                as new_users,
    cast(null as double)                                as key_events
from users_month
