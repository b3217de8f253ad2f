"""
The daily allocation of requests, told on every answer and, when switched on, enforced.
"""

from __future__ import annotations

from typing import Any

from sandbox.salesforce.answers import Refusal

DAILY_REQUESTS = 15_000


class Limits:
    """
    Requests used and allowed.
    """

    def __init__(self) -> None:
        self.on = False
        self.daily_requests = DAILY_REQUESTS
        self.used = 0
        self.query_jobs = 0
        self.ingest_batches = 0

    def spend(self) -> None:
        """
        Count one request.

        Raises:
            Refusal: The allocation is used up.
        """
        if self.on and self.used >= self.daily_requests:
            raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1

    def header(self) -> str:
        return f"api-usage={self.used}/{self.daily_requests}"

    def body(self) -> dict[str, Any]:
        """
        What the limits resource answers.
        """

        def limit(most: int, used: int = 0) -> dict[str, int]:
            return {"Max": most, "Remaining": max(0, most - used)}

        return {
            "ConcurrentAsyncGetReportInstances": limit(200),
            "DailyApiRequests": limit(self.daily_requests, self.used),
            "DailyBulkApiBatches": limit(15_000, self.ingest_batches),
            "DailyBulkV2QueryFileStorageMB": limit(976_562),
            "DailyBulkV2QueryJobs": limit(10_000, self.query_jobs),
            "DataStorageMB": limit(1_024, 12),
            "FileStorageMB": limit(1_024, 1),
        }
