select
    account.Id as id,
    :site || '/' || account.Id as url,
    account.SystemModstamp as changed_at,
    account.IsDeleted as is_deleted,
    account.Name as name,
    nullif(regexp_extract(lower(trim(account.Website)), '^(?:[a-z]+://)?(?:www\.)?([^/:?#\s]+)', 1), '') as domain,
    account.Industry as industry,
    case
        when account.NumberOfEmployees is null or account.NumberOfEmployees < 1 then null
        when account.NumberOfEmployees <= 10 then '1-10'
        when account.NumberOfEmployees <= 50 then '11-50'
        when account.NumberOfEmployees <= 200 then '51-200'
        when account.NumberOfEmployees <= 1000 then '201-1000'
        else '1001+'
    end as size_band,
    account.BillingCountry as country,
    :segment as segment,
    account.OwnerId as owner_id,
    account.ParentId as parent_id,
    account.CreatedDate as created_at,
    account.MasterRecordId as merged_into
from Account as account
