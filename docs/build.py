"""
Prints what documents repeat of the code: `make docs` writes it, `python docs/build.py --check` only compares.

- `settings.example.toml`, from the settings models;
- `docs/kpis.md`, its Spanish twin `docs/kpis.es.md` and the list of KPIs in README.md, from the catalogue;
- `docs/custom-kpis.md`, from the words of custom KPIs;
- `docs/sandbox.md`, from the words of the sandbox's own packages.
"""

from __future__ import annotations

import sys
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import kpi_pages

from kpis import custom
from sync import example

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- kpis -->", "<!-- /kpis -->"

_SANDBOX = """\
# The sandbox

`noria sandbox` plays the vendors' APIs on this machine, so that the real clients can be run against them: for the demo,
for tests, and to try settings before they meet a real CRM. It shares no code with the connectors.

```
noria sandbox --port 8013 --seed 7 --accounts 300 --settings-out try/settings.toml
noria sandbox --salesforce FOLDER --hubspot FOLDER --settings-out try/settings.toml
```

`--settings-out` writes settings, secrets (`settings.env`, readable by its owner only) and the folder of the `files`
connector. With a folder, the records of its CSV files are served instead: named after the vendor's objects
(`Opportunity.csv`, `deals.csv`), with the vendor's field names as headers.

## Controls

| request | what it does |
|---|---|
| `GET /_sandbox/state?vendor=salesforce` | what stands at a vendor now |
| `GET /_sandbox/log` | every request, with counts by method and path |
| `POST /_sandbox/faults` | break the next requests that fit, see below |
| `DELETE /_sandbox/faults` | mend |
| `POST /_sandbox/limits` `{"on": true}` | rate and quota limits as the vendors have them |
| `POST /_sandbox/reset` | forget the log and the faults |

A fault is `{"kind": "unavailable", "vendor": "hubspot", "path": "/objects/deals", "times": 2}`. Kinds: `expired`,
`scope`, `limit`, `error`, `unavailable` in the vendor's own words; `slow` (answers after `options.seconds`), `cut` (the
connection breaks in the middle of the answer), `lost` (done, but no answer comes).

## The vendors, and what is left out
"""


def sandbox() -> str:
    """
    The page about the sandbox.
    """
    parts = [_SANDBOX]
    for vendor in ("salesforce", "hubspot", "google"):
        parts.append(f"### `sandbox/{vendor}`\n\n{getdoc(import_module(f'sandbox.{vendor}'))}\n")
    return "\n".join(parts)


def readme(now_there: str) -> str:
    """
    README with the list of KPIs as the catalogue has it.
    """
    before, _, rest = now_there.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{kpi_pages.short_list('docs')}\n{END}{after}"


def documents() -> dict[Path, str]:
    """
    File -> what it should say.
    """
    return {
        ROOT / "settings.example.toml": example.text(),
        ROOT / "README.md": readme((ROOT / "README.md").read_text(encoding="utf-8")),
        ROOT / "docs" / "sandbox.md": sandbox(),
        ROOT / "docs" / "custom-kpis.md": custom.page(),
        **{ROOT / "docs" / name: kpi_pages.page(language) for language, name in kpi_pages.PAGES.items()},
    }


def main() -> int:
    """
    Write, or compare.
    """
    stale = [
        file for file, text in documents().items() if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for file in stale:
            sys.stdout.write(f"{file.relative_to(ROOT)} says something else than the code: make docs\n")
        return 1 if stale else 0
    for file, text in documents().items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
