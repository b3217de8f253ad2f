-- Deals that went into a merge, and the one that came of it.
select absorbed, max(survivor) as survivor
from (
    select trim(unnest(string_split(hs_merged_object_ids, ';'))) as absorbed, id as survivor
    from deals
)
where absorbed <> survivor
group by absorbed
