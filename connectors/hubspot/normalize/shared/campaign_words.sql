-- The words by which a contact's source names a campaign; a word that two campaigns share names neither.
select word, min(id) as campaign_id
from (
    select id as word, id from campaigns
    union
    select lower(hs_utm) as word, id from campaigns where hs_utm <> ''
    union
    select lower(hs_name) as word, id from campaigns where hs_name <> ''
)
group by word
having count(*) = 1
