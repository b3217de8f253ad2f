"""
Salesforce, played: sign-in, describe, SOQL over REST and Bulk API 2.0, writes, custom fields and permission sets.

Left out: SOAP login and the OAuth password and refresh-token flows; Bulk API v1; `composite`, `composite/batch`,
`composite/tree`; search; Apex; layouts, and every metadata type but CustomObject and CustomField; child sub-queries,
TYPEOF, HAVING, toLabel, convertCurrency and geolocation in SOQL; formula and roll-up fields; validation, duplicate and
sharing rules; record types; restricted picklists; `resultPages` of Bulk queries; If-Modified-Since on describe;
pretty-printed and compressed JSON.

Where the vendor's documents are silent, one answer was chosen: an unknown or hidden field refuses its row, not the
whole collection; results of a Bulk query that still runs are 204 without a body.
"""

from __future__ import annotations

from sandbox.salesforce.vendor import Salesforce

__all__ = ["Salesforce"]
