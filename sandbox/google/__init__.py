"""
Google, played: the token endpoint, the Analytics Data API v1beta, Sheets v4 and the part of Drive v3 that goes with it.

Left out:

- **Sign-in**: consent screens, domain-wide delegation, impersonation, workload identity; refresh tokens only for the
  person that the sandbox plays.
- **Analytics**: pivot and realtime reports, audience exports, cohorts, comparisons, expressions; dimensions and metrics
  besides those that `getMetadata` lists; sampling, thresholding and the `(other)` row, except as flags set by hand
  (`/_sandbox/google/quality`); late data. Currencies are echoed, not converted: money metrics are blocked and zero.
- **Sheets**: calculation. A formula is kept as text and shows a constant, the result of plain arithmetic, or `#N/A`;
  nothing is ever fetched. Slicers, filter views, tables, pivots, data sources, comments and dimension groups are
  refused with 501; `values.*ByDataFilter` and `sheets.copyTo` are unknown paths. Charts, rules, protections and banding
  are kept and moved with their rows and columns, not drawn. Numbers are shown by the common patterns only. Typed text
  is read in English or, where the locale writes a decimal comma, with one. Metadata of visibility PROJECT is shown to
  everybody.
- **Drive**: everything but finding, naming and sharing spreadsheets.

What is not played answers 501 or the vendor's HTML 404, never a made-up success.
"""

from sandbox.google.vendor import Google

__all__ = ["Google"]
