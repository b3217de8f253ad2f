-- Those of a deal that stands in two CRMs count once already and are no twins here.
with told as (
    select
        *,
        dense_rank() over (
            partition by opportunity_key order by starts_with(opportunity_key, source || ':') desc, source
        ) as place
    from subscriptions
    where not coalesce(is_deleted, false)
        and not coalesce(is_trial, false)
        and account_key is not null
        and mrr > 0
        and starts_on is not null
        and (ends_on is null or ends_on > starts_on)
),
lasting as (
    select
        source,
        id,
        account_id,
        mrr,
        starts_on,
        max(coalesce(ends_on, cast('9999-12-31' as date))) over (
            partition by
                account_key,
                coalesce(product, ''),
                coalesce(product_family, ''),
                coalesce(plan, ''),
                mrr,
                upper(coalesce(currency, :currency))
            order by starts_on, source, id
            rows between unbounded preceding and 1 preceding
        ) as twin_ends_on
    from told
    where opportunity_key is null or place = 1
)
select
    'subscriptions' as "table",
    source,
    id,
    'account_id=' || coalesce(account_id, '') || ' mrr=' || cast(mrr as varchar) || ' starts_on=' || cast(starts_on as varchar)
    || ' twin_ends_on=' || cast(twin_ends_on as varchar) as what
from lasting
where twin_ends_on > starts_on
