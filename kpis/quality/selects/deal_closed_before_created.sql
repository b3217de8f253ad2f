-- By instants where both ends have them, else by local dates: as the length of a sales cycle is reckoned.
with closed as (
    select
        source,
        id,
        created_at at time zone :timezone as created,
        coalesce(closed_on, cast(closed_at at time zone :timezone as date)) as closing_day,
        case
            when coalesce(closed_on = cast(closed_at at time zone :timezone as date), true)
            then closed_at at time zone :timezone
        end as closing
    from opportunities
    where not coalesce(is_deleted, false) and coalesce(is_closed, is_won, false) and created_at is not null
)
select
    'opportunities' as "table",
    source,
    id,
    'created_at=' || cast(created as varchar) || ' closed=' || coalesce(cast(closing as varchar), cast(closing_day as varchar)) as what
from closed
where case when closing is not null then closing < created else closing_day < cast(created as date) end
