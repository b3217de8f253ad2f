-- What can never be more than a whole is doubtful above 1; growth and return may be, but hardly tenfold.
select
    'targets' as "table",
    source,
    id,
    'kpi=' || kpi || ' value=' || coalesce(cast(value as varchar), '') || ' baseline=' || coalesce(cast(baseline as varchar), '') as what
from targets
where not coalesce(is_deleted, false)
    and (
        (kpi in (:parts_of_a_whole) and greatest(coalesce(value, 0), coalesce(baseline, 0)) > 1)
        or (kpi in (:shares) and greatest(abs(coalesce(value, 0)), abs(coalesce(baseline, 0))) >= 10)
    )
