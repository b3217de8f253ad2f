-- Fed by what each unit had before and after a month: the ledger of what moved.
with netted as (
    select
        *,
        case
            when is_active_before and not is_active_after then ['churn']
            -- moved by money that no rate converts: nobody knows which way
            when is_active_before and unconverted_moves > 0 then ['expansion', 'contraction', 'exchange']
            when is_active_before and change > exchange_effect then ['expansion']
            when is_active_before and change < exchange_effect then ['contraction']
            when not is_active_before and is_active_after and first_paid_on >= period_start then ['new']
            when not is_active_before and is_active_after then ['reactivation']
            when not is_active_before then ['intra_month']
        end as movements
    from by_month
),
moved as (
    select *, unnest(movements) as movement from netted
)
select
    period_start as "on",
    level,
    unit_key,
    account,
    segment,
    owner,
    channel,
    product,
    movement,
    case when movement = 'intra_month' then peak else change - exchange_effect end as amount,
    case when movement = 'intra_month' then unconverted_steps else unconverted_moves end as unconverted_moves
from moved
union all
select
    period_start,
    level,
    unit_key,
    account,
    segment,
    owner,
    channel,
    product,
    'exchange',
    exchange_effect,
    0
from netted
where exchange_effect <> 0 and not (is_active_before and is_active_after and unconverted_moves > 0)
