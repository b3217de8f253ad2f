"""
Requests on what lies over the cells: charts, rules, protections, named ranges, banding, filters.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Iterator
from typing import Any

from sandbox.google import masks
from sandbox.google.errors import Json, invalid
from sandbox.google.sheets.a1 import Box
from sandbox.google.sheets.changing import Handler, area, mask_of, need_new
from sandbox.google.sheets.grid import Sheet
from sandbox.google.sheets.spreadsheet import Spreadsheet


def add_chart(book: Spreadsheet, body: Json, email: str) -> Json:
    chart = copy.deepcopy(body.get("chart", {}))
    need_new("Chart", chart.get("chartId"), (one["chartId"] for sheet in book.sheets for one in sheet.charts))
    _need_spec(book, chart.get("spec", {}))
    anchor = chart.get("position", {}).get("overlayPosition", {}).get("anchorCell")
    if anchor is None:
        raise invalid("chart.position.overlayPosition.anchorCell is required.")
    sheet = book.sheet(anchor.get("sheetId", 0))
    chart.setdefault("chartId", secrets.randbelow(2**31))
    sheet.charts.append(chart)
    return {"addChart": {"chart": copy.deepcopy(chart)}}


def update_chart(book: Spreadsheet, body: Json, email: str) -> Json:
    _, chart = _chart(book, body.get("chartId", 0))
    _need_spec(book, body.get("spec", {}))
    chart["spec"] = copy.deepcopy(body["spec"])
    return {}


def delete_chart(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, chart = _chart(book, body.get("objectId", 0))
    sheet.charts.remove(chart)
    return {}


def _chart(book: Spreadsheet, chart_id: int) -> tuple[Sheet, Json]:
    for sheet in book.sheets:
        for chart in sheet.charts:
            if chart["chartId"] == chart_id:
                return sheet, chart
    raise invalid(f"No chart with id: {chart_id}")


def _need_spec(book: Spreadsheet, spec: Json) -> None:
    if not any(name.endswith("Chart") for name in spec):
        raise invalid("chart.spec must set a type of chart.")
    for source in _sources(spec):
        sheet, extent = area(book, source)
        if extent.bottom - extent.top > 1 and extent.right - extent.left > 1:
            raise invalid(
                f"The range of a chart's source must be one row or one column wide; on sheet {sheet.id} it is "
                f"{extent.bottom - extent.top} by {extent.right - extent.left}."
            )


def _sources(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for item in node:
            yield from _sources(item)
    elif isinstance(node, dict):
        if "sources" in node:
            yield from node["sources"]
        for value in node.values():
            yield from _sources(value)


def add_rule(book: Spreadsheet, body: Json, email: str) -> Json:
    rule = copy.deepcopy(body.get("rule", {}))
    sheet = _rule_sheet(book, rule)
    index = body.get("index", 0)
    if index > len(sheet.rules):
        raise invalid(f"Index {index} is beyond the {len(sheet.rules)} conditional format rules of sheet {sheet.id}.")
    sheet.rules.insert(index, rule)
    return {}


def update_rule(book: Spreadsheet, body: Json, email: str) -> Json:
    index = body.get("index", 0)
    if "rule" in body:
        rule = copy.deepcopy(body["rule"])
        sheet = _rule_sheet(book, rule)
        old = _rule(sheet, index)
        sheet.rules[index] = rule
        return {"updateConditionalFormatRule": {"oldRule": old, "newRule": rule, "newIndex": index}}
    sheet = book.sheet(body.get("sheetId", 0))
    rule, new = _rule(sheet, index), body.get("newIndex", 0)
    sheet.rules.remove(rule)
    sheet.rules.insert(new, rule)
    return {"updateConditionalFormatRule": {"newRule": rule, "oldIndex": index, "newIndex": new}}


def delete_rule(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet = book.sheet(body.get("sheetId", 0))
    rule = _rule(sheet, body.get("index", 0))
    del sheet.rules[body.get("index", 0)]
    return {"deleteConditionalFormatRule": {"rule": rule}}


def _rule(sheet: Sheet, index: int) -> Json:
    if not 0 <= index < len(sheet.rules):
        raise invalid(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return sheet.rules[index]


def _rule_sheet(book: Spreadsheet, rule: Json) -> Sheet:
    if not rule.get("ranges"):
        raise invalid("ConditionalFormatRule.ranges is required.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("ConditionalFormatRule must have either a booleanRule or a gradientRule.")
    sheets = [area(book, one)[0] for one in rule["ranges"]]
    if len({sheet.id for sheet in sheets}) > 1:
        raise invalid("All ranges in ConditionalFormatRule must be on the same sheet.")
    return sheets[0]


def add_protection(book: Spreadsheet, body: Json, email: str) -> Json:
    protection = copy.deepcopy(body.get("protectedRange", {}))
    taken = (one["protectedRangeId"] for sheet in book.sheets for one in sheet.protections)
    need_new("Protected range", protection.get("protectedRangeId"), taken)
    if "namedRangeId" in protection:
        sheet = book.sheet(_named(book, protection["namedRangeId"])["range"].get("sheetId", 0))
    else:
        sheet, _ = area(book, protection.get("range", {}))
    protection.setdefault("protectedRangeId", secrets.randbelow(2**31))
    if protection.get("warningOnly"):
        protection.pop("editors", None)
    elif not protection.get("editors"):
        protection["editors"] = {"users": list(dict.fromkeys([email, book.owner]))}
    protection["requestingUserCanEdit"] = book.may_edit(protection, email)
    sheet.protections.append(protection)
    return {"addProtectedRange": {"protectedRange": copy.deepcopy(protection)}}


def update_protection(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "ProtectedRange")
    asked = body.get("protectedRange", {})
    sheet, protection = _protection(book, asked.get("protectedRangeId", 0), email)
    at = sheet.protections.index(protection)
    sheet.protections[at] = masks.write(mask, protection, asked) | {"protectedRangeId": protection["protectedRangeId"]}
    return {}


def delete_protection(book: Spreadsheet, body: Json, email: str) -> Json:
    sheet, protection = _protection(book, body.get("protectedRangeId", 0), email)
    sheet.protections.remove(protection)
    return {}


def _protection(book: Spreadsheet, protection_id: int, email: str) -> tuple[Sheet, Json]:
    for sheet in book.sheets:
        for protection in sheet.protections:
            if protection["protectedRangeId"] == protection_id:
                book.need_unprotected(sheet, book.protected_box(protection), email)
                return sheet, protection
    raise invalid(f"No protected range with id: {protection_id}")


def add_named(book: Spreadsheet, body: Json, email: str) -> Json:
    named = copy.deepcopy(body.get("namedRange", {}))
    need_new("Named range", named.get("namedRangeId"), (one["namedRangeId"] for one in book.named_ranges))
    named.setdefault("namedRangeId", str(secrets.randbelow(2**31)))
    _need_named(book, named)
    book.named_ranges.append(named)
    return {"addNamedRange": {"namedRange": copy.deepcopy(named)}}


def update_named(book: Spreadsheet, body: Json, email: str) -> Json:
    mask = mask_of(body, "NamedRange")
    asked = body.get("namedRange", {})
    old = _named(book, asked.get("namedRangeId", ""))
    new = masks.write(mask, old, asked) | {"namedRangeId": old["namedRangeId"]}
    _need_named(book, new)
    book.named_ranges[book.named_ranges.index(old)] = new
    return {}


def delete_named(book: Spreadsheet, body: Json, email: str) -> Json:
    book.named_ranges.remove(_named(book, body.get("namedRangeId", "")))
    return {}


def _named(book: Spreadsheet, named_id: str) -> Json:
    for named in book.named_ranges:
        if named["namedRangeId"] == named_id:
            return named
    raise invalid(f"No named range with id: {named_id}")


def _need_named(book: Spreadsheet, named: Json) -> None:
    name = named.get("name", "")
    if not re.fullmatch(r"[A-Za-z_]\w{0,249}", name, re.ASCII) or re.fullmatch(r"[A-Za-z]{1,3}\d+", name):
        raise invalid(f"The name {name!r} cannot be the name of a range.")
    others = (one for one in book.named_ranges if one["namedRangeId"] != named["namedRangeId"])
    if any(one["name"].casefold() == name.casefold() for one in others):
        raise invalid(f"A named range with the name {name!r} already exists.")
    area(book, named.setdefault("range", {"sheetId": 0}))


def add_banding(book: Spreadsheet, body: Json, email: str) -> Json:
    banding = copy.deepcopy(body.get("bandedRange", {}))
    taken = (one["bandedRangeId"] for sheet in book.sheets for one in sheet.bandings)
    need_new("Banded range", banding.get("bandedRangeId"), taken)
    sheet, extent = area(book, banding.setdefault("range", {"sheetId": 0}))
    if any(Box.of(one["range"]).overlaps(extent.box) for one in sheet.bandings):
        raise invalid(
            "You cannot add alternating background colors to a range that already has alternating background colors."
        )
    banding.setdefault("bandedRangeId", secrets.randbelow(2**31))
    sheet.bandings.append(banding)
    return {"addBanding": {"bandedRange": copy.deepcopy(banding)}}


def delete_banding(book: Spreadsheet, body: Json, email: str) -> Json:
    wanted = body.get("bandedRangeId", 0)
    for sheet in book.sheets:
        for banding in sheet.bandings:
            if banding["bandedRangeId"] == wanted:
                sheet.bandings.remove(banding)
                return {}
    raise invalid(f"No banded range with id: {wanted}")


def set_filter(book: Spreadsheet, body: Json, email: str) -> Json:
    wanted = copy.deepcopy(body.get("filter", {}))
    sheet, _ = area(book, wanted.get("range", {}))
    sheet.filter = wanted
    return {}


def clear_filter(book: Spreadsheet, body: Json, email: str) -> Json:
    book.sheet(body.get("sheetId", 0)).filter = None
    return {}


HANDLERS: dict[str, Handler] = {
    "addChart": add_chart,
    "updateChartSpec": update_chart,
    "deleteEmbeddedObject": delete_chart,
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
    "addProtectedRange": add_protection,
    "updateProtectedRange": update_protection,
    "deleteProtectedRange": delete_protection,
    "addNamedRange": add_named,
    "updateNamedRange": update_named,
    "deleteNamedRange": delete_named,
    "addBanding": add_banding,
    "deleteBanding": delete_banding,
    "setBasicFilter": set_filter,
    "clearBasicFilter": clear_filter,
}
