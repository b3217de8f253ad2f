-- Fed by rows of a step function with their period: what each unit had before and after the period.
with by_currency as (
    select
        grain,
        period_start,
        level,
        unit_key,
        arg_min(rows_before, "on") as rows_before,
        arg_max(rows_after, "on") as rows_after,
        min("on") as first_on,
        max("on") as last_on,
        arg_max(after, "on") - arg_min(before, "on") as change,
        arg_max(after, "on") as closing,
        max(total_after) as peak,
        any_value(first_paid_on) as first_paid_on,
        -- what is left, at its new rate, against the same at the opening rate: a loss is valued at the opening rate, so
        -- that it can never exceed what there was to lose
        case
            when not bool_or(is_foreign) or arg_min(original_before, "on") = 0 then 0
            else arg_max(after, "on") - cast(
                round(arg_max(original_after, "on") * (arg_min(before, "on") / arg_min(original_before, "on")), 4) as decimal(18, 4)
            )
        end as exchange_effect,
        sum(unconverted_change) as unconverted_change,
        count_if(unconverted_change <> 0) as unconverted_steps,
        any_value(account) as account,
        any_value(segment) as segment,
        any_value(owner) as owner,
        any_value(channel) as channel,
        any_value(product) as product
    from bucketed
    group by grain, period_start, level, unit_key, currency, lot
)
select
    grain,
    period_start,
    level,
    unit_key,
    arg_min(rows_before, first_on) > 0 as is_active_before,
    arg_max(rows_after, last_on) > 0 as is_active_after,
    sum(change) as change,
    sum(closing) as closing,
    max(peak) as peak,
    min(first_paid_on) as first_paid_on,
    sum(exchange_effect) as exchange_effect,
    sum(unconverted_change) as unconverted_change,
    -- subscriptions without a rate that stand at only one edge of the period, and all that began or ended in it
    sum(abs(unconverted_change)) as unconverted_moves,
    sum(unconverted_steps) as unconverted_steps,
    any_value(account) as account,
    any_value(segment) as segment,
    any_value(owner) as owner,
    any_value(channel) as channel,
    any_value(product) as product
from by_currency
group by grain, period_start, level, unit_key
