"""
The standard objects that every organisation has, with the types their fields are described by.

One line heads an object: name, label, plural label, key prefix, system fields. Below it `Name=type` per field, then
marks:
`!` never null, `~` read-only, `^` set on create only, `*` can look a record up, `%` cannot be filtered,
`@X` a part of the compound field X.
"""

from __future__ import annotations

import re

from sandbox.salesforce.model import SCALARS, Entity, Field

_ID = "Id=id!~*"
_CREATED = "CreatedDate=datetime!~ CreatedById=ref(User)!~"
_MODIFIED = "LastModifiedDate=datetime!~ LastModifiedById=ref(User)!~ SystemModstamp=datetime!~"
SYSTEM = {
    "full": f"{_ID} IsDeleted=boolean!~ {_CREATED} {_MODIFIED}",
    "kept": f"{_ID} {_CREATED} {_MODIFIED}",
    "history": f"{_ID} IsDeleted=boolean!~ {_CREATED}",
    "stamped": f"{_ID} IsDeleted=boolean!~ {_CREATED} SystemModstamp=datetime!~",
    "bare": f"{_ID} SystemModstamp=datetime!~",
}

_OBJECTS = """
Account|Account|Accounts|001|full
  Name=string(255)! MasterRecordId=ref(Account)~ Type=picklist ParentId=ref(Account)
  BillingStreet=textarea(255)@BillingAddress BillingCity=string(40)@BillingAddress
  BillingState=string(80)@BillingAddress BillingPostalCode=string(20)@BillingAddress
  BillingCountry=string(80)@BillingAddress BillingAddress=address~ Phone=phone(40) Website=url(255) Industry=picklist
  AnnualRevenue=currency(18,0) NumberOfEmployees=int Description=textarea(32000) Rating=picklist OwnerId=ref(User)!
  AccountSource=picklist LastActivityDate=date~
Contact|Contact|Contacts|003|full
  MasterRecordId=ref(Contact)~ AccountId=ref(Account) LastName=string(80)!@Name FirstName=string(40)@Name
  Salutation=picklist@Name Name=string(121)!~ MailingCity=string(40)@MailingAddress
  MailingCountry=string(80)@MailingAddress MailingAddress=address~ Phone=phone(40) Email=email(80)* Title=string(128)
  Department=string(80) LeadSource=picklist ReportsToId=ref(Contact) Description=textarea(32000) OwnerId=ref(User)!
  HasOptedOutOfEmail=boolean! DoNotCall=boolean! LastActivityDate=date~ IsEmailBounced=boolean!~
  EmailBouncedDate=datetime
Lead|Lead|Leads|00Q|full
  MasterRecordId=ref(Lead)~ LastName=string(80)!@Name FirstName=string(40)@Name Salutation=picklist@Name
  Name=string(121)!~ Title=string(128) Company=string(255)! City=string(40)@Address Country=string(80)@Address
  Address=address~ Phone=phone(40) Email=email(80)* Website=url(255) LeadSource=picklist Status=picklist!
  Industry=picklist Rating=picklist AnnualRevenue=currency(18,0) NumberOfEmployees=int OwnerId=ref(Group|User)!
  HasOptedOutOfEmail=boolean! DoNotCall=boolean! IsConverted=boolean!~ ConvertedDate=date~
  ConvertedAccountId=ref(Account)~ ConvertedContactId=ref(Contact)~ ConvertedOpportunityId=ref(Opportunity)~
  IsUnreadByOwner=boolean! LastActivityDate=date~ EmailBouncedDate=datetime
LeadStatus|Lead Status Value|Lead Status Values|01J|kept
  MasterLabel=string(255)!~ ApiName=string(255)~ SortOrder=int~ IsDefault=boolean!~ IsConverted=boolean!~
LeadHistory|Lead History|Lead History|017|history
  LeadId=ref(Lead)!~ Field=picklist!~ DataType=picklist~ OldValue=anyType~% NewValue=anyType~%
Opportunity|Opportunity|Opportunities|006|full
  AccountId=ref(Account) Name=string(120)!* Description=textarea(32000) StageName=picklist! Amount=currency(18,2)
  Probability=percent(3,0) ExpectedRevenue=currency(18,2)~ TotalOpportunityQuantity=double(18,2) CloseDate=date!
  Type=picklist NextStep=string(255) LeadSource=picklist IsClosed=boolean!~ IsWon=boolean!~
  ForecastCategory=picklist!~ ForecastCategoryName=picklist CampaignId=ref(Campaign) HasOpportunityLineItem=boolean!~
  Pricebook2Id=ref(Pricebook2) OwnerId=ref(User)! LastActivityDate=date~ LastStageChangeDate=datetime~
  FiscalQuarter=int~ FiscalYear=int~ Fiscal=string(6)~ ContactId=ref(Contact)^
OpportunityHistory|Opportunity History|Opportunity History|008|stamped
  OpportunityId=ref(Opportunity)!~ StageName=picklist!~ Amount=currency(18,2)~ ExpectedRevenue=currency(18,2)~
  CloseDate=date~ Probability=percent(3,0)~ ForecastCategory=picklist~ PrevAmount=currency(18,2)~ PrevCloseDate=date~
OpportunityFieldHistory|Opportunity Field History|Opportunity Field History|017|history
  OpportunityId=ref(Opportunity)!~ Field=picklist!~ DataType=picklist~ OldValue=anyType~% NewValue=anyType~%
OpportunityStage|Opportunity Stage|Opportunity Stages|01J|kept
  MasterLabel=string(255)!~ ApiName=string(255)~ IsActive=boolean!~ SortOrder=int~ IsClosed=boolean!~ IsWon=boolean!~
  ForecastCategory=picklist!~ ForecastCategoryName=picklist~ DefaultProbability=percent(3,0)~
  Description=string(255)~
OpportunityContactRole|Opportunity Contact Role|Opportunity Contact Roles|00K|full
  OpportunityId=ref(Opportunity)!^ ContactId=ref(Contact)! Role=picklist IsPrimary=boolean!
OpportunityLineItem|Opportunity Product|Opportunity Products|00k|full
  OpportunityId=ref(Opportunity)!^ SortOrder=int~ PricebookEntryId=ref(PricebookEntry)^ Product2Id=ref(Product2)^
  ProductCode=string(255)~ Name=string(376)~ Quantity=double(12,2)! TotalPrice=currency(18,2)
  UnitPrice=currency(18,2) ListPrice=currency(18,2)~ ServiceDate=date Description=string(255)
Product2|Product|Products|01t|full
  Name=string(255)! ProductCode=string(255) Description=textarea(4000) IsActive=boolean! Family=picklist
Campaign|Campaign|Campaigns|701|full
  Name=string(80)! ParentId=ref(Campaign) Type=picklist Status=picklist StartDate=date EndDate=date
  ExpectedRevenue=currency(18,0) BudgetedCost=currency(18,0) ActualCost=currency(18,0) ExpectedResponse=percent(10,2)
  NumberSent=double(18,0) IsActive=boolean! Description=textarea(32000) NumberOfLeads=int!~
  NumberOfConvertedLeads=int!~ NumberOfContacts=int!~ NumberOfResponses=int!~ NumberOfOpportunities=int!~
  NumberOfWonOpportunities=int!~ AmountAllOpportunities=currency(18,0)!~ AmountWonOpportunities=currency(18,0)!~
  OwnerId=ref(User)! LastActivityDate=date~
CampaignMember|Campaign Member|Campaign Members|00v|full
  CampaignId=ref(Campaign)!^ LeadId=ref(Lead)^ ContactId=ref(Contact)^ Status=picklist HasResponded=boolean!~
  FirstRespondedDate=date~ LeadOrContactId=ref(Contact|Lead)~ Type=picklist~ LeadSource=picklist~ Name=string(121)~
CampaignMemberStatus|Campaign Member Status|Campaign Member Statuses|01Y|full
  CampaignId=ref(Campaign)!^ Label=string(765)! SortOrder=int IsDefault=boolean! HasResponded=boolean!
Task|Task|Tasks|00T|full
  WhoId=ref(Contact|Lead) WhatId=ref(Account|Opportunity|Campaign|Case) Subject=combobox(255) ActivityDate=date
  Status=picklist! Priority=picklist! IsHighPriority=boolean!~ OwnerId=ref(Group|User)! Description=textarea(32000)
  Type=picklist AccountId=ref(Account)~ IsClosed=boolean!~ IsArchived=boolean!~ IsRecurrence=boolean!
  CallDurationInSeconds=int CallType=picklist CallDisposition=string(255) TaskSubtype=picklist
  CompletedDateTime=datetime~
Event|Event|Events|00U|full
  WhoId=ref(Contact|Lead) WhatId=ref(Account|Opportunity|Campaign|Case) Subject=combobox(255) Location=string(255)
  IsAllDayEvent=boolean! ActivityDateTime=datetime ActivityDate=date DurationInMinutes=int StartDateTime=datetime
  EndDateTime=datetime Description=textarea(32000) AccountId=ref(Account)~ OwnerId=ref(User)! Type=picklist
  ShowAs=picklist IsChild=boolean!~ IsGroupEvent=boolean!~ IsArchived=boolean!~ IsRecurrence=boolean!
  EventSubtype=picklist~
Case|Case|Cases|500|full
  MasterRecordId=ref(Case)~ CaseNumber=string(30)!~* ContactId=ref(Contact) AccountId=ref(Account) ParentId=ref(Case)
  Type=picklist Status=picklist Reason=picklist Origin=picklist Subject=string(255) Priority=picklist
  Description=textarea(32000) IsClosed=boolean!~ ClosedDate=datetime~ IsEscalated=boolean! OwnerId=ref(Group|User)!
CaseStatus|Case Status Value|Case Status Values|01J|kept
  MasterLabel=string(255)!~ ApiName=string(255)~ SortOrder=int~ IsDefault=boolean!~ IsClosed=boolean!~
TaskStatus|Task Status Value|Task Status Values|01J|kept
  MasterLabel=string(255)!~ ApiName=string(255)~ SortOrder=int~ IsDefault=boolean!~ IsClosed=boolean!~
User|User|Users|005|kept
  Username=string(80)!* LastName=string(80)!@Name FirstName=string(40)@Name Name=string(121)!~ Email=email(128)!
  Department=string(80) Division=string(80) Title=string(80) IsActive=boolean! UserRoleId=ref(UserRole)
  ProfileId=ref(Profile)! ManagerId=ref(User) TimeZoneSidKey=picklist! UserType=picklist~ ForecastEnabled=boolean!
UserRole|Role|Roles|00E|bare
  Name=string(80)! ParentRoleId=ref(UserRole) DeveloperName=string(80)
Profile|Profile|Profiles|00e|kept
  Name=string(255)! UserType=picklist~
Group|Group|Group|00G|kept
  Name=string(40)! DeveloperName=string(80) Type=picklist!
Organization|Organization|Organizations|00D|kept
  Name=string(80)!~ Country=string(80)~ TimeZoneSidKey=picklist~ FiscalYearStartMonth=int~
  UsesStartDateAsFiscalYearName=boolean!~ DefaultLocaleSidKey=picklist~ LanguageLocaleKey=picklist~
  OrganizationType=picklist~ IsSandbox=boolean!~ InstanceName=string(5)~ NamespacePrefix=string(15)~
PermissionSet|Permission Set|Permission Sets|0PS|kept
  Name=string(80)! Label=string(80)! LicenseId=string(18) ProfileId=ref(Profile)~ IsOwnedByProfile=boolean!~
  IsCustom=boolean!~ Description=string(255)
PermissionSetAssignment|Permission Set Assignment|Permission Set Assignments|0Pa|bare
  PermissionSetId=ref(PermissionSet)!^ AssigneeId=ref(User)!^ IsActive=boolean!~
FieldPermissions|Field Permissions|Field Permissions|01k|bare
  ParentId=ref(PermissionSet)!^ SobjectType=picklist!^ Field=picklist!^ PermissionsRead=boolean!
  PermissionsEdit=boolean!
ObjectPermissions|Object Permissions|Object Permissions|110|kept
  ParentId=ref(PermissionSet)!^ SobjectType=picklist!^ PermissionsCreate=boolean! PermissionsRead=boolean!
  PermissionsEdit=boolean! PermissionsDelete=boolean! PermissionsViewAllRecords=boolean!
  PermissionsModifyAllRecords=boolean!
"""

_MULTICURRENCY = """
CurrencyType|Currency Type|Currency Types|01L|kept
  IsoCode=picklist!^ ConversionRate=double(18,6)! DecimalPlaces=int! IsActive=boolean! IsCorporate=boolean!~
DatedConversionRate|Dated Conversion Rate|Dated Conversion Rates|04w|kept
  IsoCode=picklist!^ StartDate=date! NextStartDate=date~ ConversionRate=double(18,6)!
"""

READ_ONLY = frozenset(
    {
        "LeadStatus", "CaseStatus", "TaskStatus",
        "LeadHistory", "OpportunityHistory", "OpportunityFieldHistory", "OpportunityStage",
        "Organization", "Profile", "CurrencyType", "DatedConversionRate",
    }
)  # fmt: skip
"""
Objects that no API call creates, changes or deletes.
"""

NOT_IN_BULK = frozenset({"CaseStatus", "TaskStatus", "TaskPriority", "OrderStatus", "ContractStatus"})
"""
Objects that Bulk queries refuse.
"""

_LENGTHS = {
    "string": 255,
    "picklist": 255,
    "email": 80,
    "phone": 40,
    "url": 255,
    "combobox": 255,
    "textarea": 255,
    "id": 18,
}
_FIELD = re.compile(r"(\w+)=(\w+)(?:\(([^)]*)\))?([!~^*%]*)(?:@(\w+))?\Z")


def _field(token: str) -> Field:
    found = _FIELD.match(token)
    if found is None:
        raise ValueError(f"not a field: {token}")
    name, kind, size, marks, compound = found.groups()
    made = Field(
        name,
        "reference" if kind == "ref" else kind,
        nillable="!" not in marks,
        createable="~" not in marks,
        updateable="~" not in marks and "^" not in marks,
        id_lookup="*" in marks,
        filterable="%" not in marks and kind not in ("address", "textarea"),
        compound=compound or "",
    )
    if kind == "ref":
        made.refers_to = tuple(size.split("|"))
        made.relationship = name.removesuffix("Id")
        made.length = 18
    elif kind in SCALARS:
        made.precision, made.scale = (int(part) for part in size.split(","))
    elif kind == "int":
        made.digits = 8
    else:
        made.length = int(size) if size else _LENGTHS.get(kind, 0)
    return made


def _parsed(text: str) -> dict[str, Entity]:
    entities: dict[str, Entity] = {}
    entity = Entity("", "", "", "")
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            name, label, plural, prefix, system = line.split("|")
            entity = entities[name] = Entity(name, label, plural, prefix, read_only=name in READ_ONLY)
            for token in SYSTEM[system].split():
                entity.add(_field(token))
        else:
            for token in line.split():
                entity.add(_field(token))
    return entities


def standard_entities(*, multicurrency: bool) -> dict[str, Entity]:
    """
    Fresh definitions of the standard objects.

    Args:
        multicurrency: Whether the organisation has currencies beside its own.
    """
    if not multicurrency:
        return _parsed(_OBJECTS)
    entities = _parsed(_OBJECTS + _MULTICURRENCY.lstrip())
    for entity in entities.values():
        if any(about.type == "currency" for about in entity.fields.values()):
            entity.add(_field("CurrencyIsoCode=picklist"))
    for name in ("User", "Organization"):
        entities[name].add(_field("DefaultCurrencyIsoCode=picklist"))
    return entities


def custom_entity(name: str, label: str, plural: str, prefix: str) -> Entity:
    """
    An object of the customer's own, with its system fields and no other.
    """
    entity = Entity(name, label, plural, prefix, custom=True)
    for token in SYSTEM["full"].split():
        entity.add(_field(token))
    entity.add(_field("OwnerId=ref(Group|User)!"))
    return entity
