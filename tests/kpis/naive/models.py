"""
How a conversion is split over the touches of its path.
"""

from __future__ import annotations

from datetime import datetime

from tests.kpis.naive.common import DAY, Fields


def weights(
    model: str, path: list[Fields], lead_at: datetime | None, deal_at: datetime | None, half: float
) -> list[float]:
    """
    One share per touch, together 1; the path is in order and holds at least one touch.
    """
    size = len(path)
    if model == "auto":
        model = "w_shaped" if lead_at and deal_at else "position_based"
    if model == "linear":
        return [1 / size] * size
    if model == "position_based":
        if size <= 2:
            return [1 / size] * size
        return [0.4 if place in (0, size - 1) else 0.2 / (size - 2) for place in range(size)]
    if model == "time_decay":
        return _scaled([2 ** ((touch["at"] - path[-1]["at"]) / DAY / half) for touch in path])
    if model in ("first", "last", "last_non_direct"):
        chosen = {"first": 0, "last": size - 1}.get(model)
        if chosen is None:
            chosen = max((place for place in range(size) if not is_direct(path[place])), default=size - 1)
        return [float(place == chosen) for place in range(size)]
    moments = {
        "u_shaped_lead": (lead_at,),
        "w_shaped": (lead_at, deal_at),
        "full_path": (lead_at, deal_at, path[-1]["at"]),
    }[model]
    share, rest = {"u_shaped_lead": (0.4, 0.2), "w_shaped": (0.3, 0.1), "full_path": (0.225, 0.1)}[model]
    milestones = [0]
    for moment in moments:
        milestones += [place for place in [_last_at(path, moment)] if place is not None]
    others = [place for place in range(size) if place not in milestones]
    return _scaled(
        [rest / len(others) if place in others else share * milestones.count(place) for place in range(size)]
    )


def is_direct(touch: Fields) -> bool:
    return bool(touch.get("is_direct")) or touch["channel"] == "Direct"


def _last_at(path: list[Fields], moment: datetime | None) -> int | None:
    """
    The last touch at or before a moment.
    """
    return max((place for place, touch in enumerate(path) if moment and touch["at"] <= moment), default=None)


def _scaled(weights: list[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]
