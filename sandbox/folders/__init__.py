"""
A folder of CSV files as a vendor's records: somebody's own export in place of the made-up company.

Files are named after the vendor's objects (`Opportunity.csv`, `deals.csv`), columns after its fields. An empty cell is
a field that is not set. What every record has at the vendor and the file leaves out (id, moments of creation and
change) is filled in, the same way each time.
"""

from sandbox.folders.hubspot import hubspot_records
from sandbox.folders.salesforce import salesforce_records

__all__ = ["hubspot_records", "salesforce_records"]
