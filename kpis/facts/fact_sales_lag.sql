-- One row: how many months a median won deal takes, by which cost may be shifted against the customers it brought.
select cast(coalesce(round(median(cycle_days) * 12 / 365.25), 0) as integer) as months
from fact_deals
where is_won and not is_renewal and cycle_days >= 0
