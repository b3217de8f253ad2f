"""
When a push stops itself, and when two values are one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.contract import FieldSpec, Update
from sync.push.plan import Cell, ObjectPlan, _compare, _guards, same
from sync.push.wanted import Wanted, rounded
from sync.settings import PushSettings

MRR = FieldSpec("accounts", "mrr", "MRR", "", "money")
TICKET = FieldSpec("accounts", "average_ticket", "Average ticket", "", "money")
STAMP = FieldSpec("accounts", "computed_at", "Computed at", "", "datetime")


class Crm:
    """
    What stands in a CRM, for comparing; it writes nothing.
    """

    def __init__(self, **records):
        self.records = records

    def current(self, object, ids, names):
        return {id: {n: row.get(n) for n in names} for id, row in self.records.items() if id in ids}


def compared(stands, wanted, wrote=None, sent=None, overwrite=False):
    updates = tuple(Update("accounts", id, values) for id, values in wanted.items())
    last = {(id, field): value for id, row in (wrote or {}).items() for field, value in row.items()}
    return _compare(
        Crm(**stands), Wanted("accounts", (MRR, TICKET, STAMP), updates), last, sent or {}, overwrite=overwrite
    )


def test_only_differences_go_out():
    """
    What stands as wanted is left alone; what differs from what we wrote ourselves is changed.
    """
    plan = compared(
        {"a": {"mrr": Decimal("10"), "average_ticket": 5.0}, "b": {}},
        {
            "a": {"mrr": Decimal("10.00"), "average_ticket": Decimal(6)},
            "b": {"mrr": Decimal(1), "average_ticket": None},
        },
        {"a": {"mrr": "10.00", "average_ticket": "5"}},
    )
    assert [("a", "average_ticket", 6), ("b", "mrr", 1)] == [(c.record, c.field, c.new) for c in plan.cells]
    assert 2 == plan.unchanged
    assert [] == plan.conflicts


def test_the_time_stamp_alone_is_no_reason_to_write():
    """
    It goes out beside the values that change, and only there.
    """
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert [] == compared({"a": {"mrr": 1}}, {"a": {"mrr": Decimal(1)}}, {"a": {"mrr": "1"}}).updates(now)
    [update] = compared({"a": {"mrr": 1}}, {"a": {"mrr": Decimal(2)}}, {"a": {"mrr": "1"}}).updates(now)
    assert {"mrr": Decimal(2), "computed_at": now} == update.values


@pytest.mark.parametrize("wrote", [{"a": {"mrr": "5"}}, {}])
def test_what_somebody_else_wrote_is_a_conflict(wrote):
    """
    A value that is not the one we wrote last, or stands where we never wrote, is not overwritten.
    """
    plan = compared({"a": {"mrr": 7}}, {"a": {"mrr": Decimal(6)}}, wrote)
    assert [] == plan.cells
    assert [("a", 7)] == [(c.record, c.old) for c in plan.conflicts]
    assert [("a", 6)] == [
        (c.record, c.new) for c in compared({"a": {"mrr": 7}}, {"a": {"mrr": Decimal(6)}}, wrote, overwrite=True).cells
    ]


def test_what_a_person_emptied_is_a_conflict_too():
    """
    Somebody cleared our value: that is somebody's word. A field that is gone as a whole is written again.
    """
    cleared = compared({"a": {"mrr": None}}, {"a": {"mrr": Decimal(5)}}, {"a": {"mrr": "5"}})
    assert [("a", None)] == [(c.record, c.old) for c in cleared.conflicts]

    class WithoutField(Crm):
        def current(self, object, ids, names):
            return {id: {} for id in ids}

    updates = (Update("accounts", "a", {"mrr": Decimal(5)}),)
    plan = _compare(WithoutField(), Wanted("accounts", (MRR,), updates), {("a", "mrr"): "5"}, {}, overwrite=False)
    assert [("a", 5)] == [(c.record, c.new) for c in plan.cells]


def test_a_value_we_sent_without_an_answer_is_ours():
    """
    The answer was lost, the value stands, and by now another is wanted: it is changed, not taken for somebody else's.
    """
    plan = compared({"a": {"mrr": 7}}, {"a": {"mrr": Decimal(8)}}, {"a": {"mrr": "6"}}, {("a", "mrr"): ["7"]})
    assert [("a", 7, 8)] == [(c.record, c.old, c.new) for c in plan.cells]
    assert [] == plan.conflicts


def test_a_value_we_no_longer_have_is_blanked():
    """
    The account is there but nothing is known of it any more: our old value does not go stale. A record that is gone
    is left out.
    """
    plan = compared({"a": {"mrr": 5}}, {}, {"a": {"mrr": "5"}, "gone": {"mrr": "3"}})
    assert [Cell("a", "mrr", 5, None)] == plan.cells
    assert 1 == plan.gone


@pytest.mark.parametrize(
    ("changed", "blanked", "stops"), [(80, 0, ""), (81, 0, "would change"), (30, 30, ""), (31, 31, "would be blanked")]
)
def test_a_push_that_changes_or_blanks_too_much_stops_itself(changed, blanked, stops):
    """
    Of 100 records written before, 80 may change and 30 values may be blanked, not one more.
    """
    last = {(f"r{n}", "mrr"): "1" for n in range(100)}
    plan = ObjectPlan(Wanted("accounts", (MRR,), ()))
    plan.cells = [Cell(f"r{n}", "mrr", 1, None if n < blanked else Decimal(2)) for n in range(changed)]
    reasons = _guards(plan, last, PushSettings(), "crm")
    assert (1 if stops else 0) == len(reasons)
    assert stops in "".join(reasons)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (None, "", True),
        (Decimal("1.50"), 1.5, True),
        (Decimal("0.1"), 0.1 + 1e-9, True),
        (Decimal("0.1"), Decimal("0.10001"), False),
        ("2026-10-01", datetime(2026, 10, 1).date(), True),
        ("win_rate", "Win rate", False),
        (0, None, False),
    ],
)
def test_when_two_values_are_one(one, other, equal):
    """
    As far as a field can tell: an empty text is no value, a number is one however it is written; 0 is not empty.
    """
    assert equal == same(one, other)


def test_values_are_rounded_as_their_field_holds_them():
    """
    Money to the cent, half to even; counts whole; nothing stays nothing.
    """
    assert (Decimal("2.12"), Decimal("2.14")) == (rounded(2.125, "money"), rounded(2.135000001, "money"))
    assert 3 == rounded(3.0, "integer")
    assert rounded(None, "number") is None
