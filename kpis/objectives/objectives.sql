-- What there is to compute: the targets that hold.
select kpi, dimension, member_id, starts_on, ends_on, baseline is not null as has_baseline
from fact_targets
where is_latest and ends_on >= starts_on
order by kpi, dimension, member_id, starts_on, ends_on
