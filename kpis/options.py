"""
Options: policies that honest people disagree on, each with a default, each visible in the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from connectors.errors import UserError, close_matches
from kpis.facts import Environment
from kpis.words import Text


@dataclass(frozen=True)
class Option:
    """
    A named policy.

    Args:
        name: Its name in settings and on the command line.
        default: What holds when nobody chose; None lets the figures decide.
        meaning: What it decides.
        values: The words it takes; empty for numbers.
        low: The smallest whole number it takes.
    """

    name: str
    default: str | int | None
    meaning: Text
    values: tuple[str, ...] = ()
    low: int = 0

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "default": self.default,
            "values": list(self.values),
            "meaning": self.meaning.as_dict(),
        }


OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option(
            "statistic",
            "mean",
            Text(en="Mean or median of durations.", es="Media o mediana de las duraciones."),
            ("mean", "median"),
        ),
        Option(
            "cohort_window_days",
            90,
            Text(en="Days a lead has to get there.", es="Días que tiene un lead para llegar."),
            low=0,
        ),
        Option(
            "qualified_rule",
            "flag",
            Text(
                en="Qualified by the organisation's own mark, or by the first response to a campaign.",
                es="Calificado por la marca de la organización o por la primera respuesta a una campaña.",
            ),
            ("flag", "responded"),
        ),
        Option(
            "sales_cycle_scope",
            "won",
            Text(
                en="Cycles of won deals or of all closed ones.",
                es="Ciclos de negocios ganados o de todos los cerrados.",
            ),
            ("won", "all_closed"),
        ),
        Option(
            "stage_length",
            "cumulative",
            Text(
                en="All visits to a stage together, or the last alone.",
                es="Todas las visitas a una etapa o solo la última.",
            ),
            ("cumulative", "latest"),
        ),
        Option(
            "cltv_basis",
            "revenue",
            Text(en="Lifetime revenue or lifetime gross profit.", es="Ingresos o margen bruto de por vida."),
            ("revenue", "gross_profit"),
        ),
        Option(
            "cltv_churn_months",
            None,
            Text(
                en="Months whose churn is taken; unset: one, or six under a small sample.",
                es="Meses cuya cancelación se toma; sin fijar: uno, o seis con muestra pequeña.",
            ),
            low=1,
        ),
        Option(
            "cpl_leads",
            "paid",
            Text(en="Leads of paid channels or all leads.", es="Leads de canales pagados o todos los leads."),
            ("paid", "all"),
        ),
        Option(
            "revenue_source",
            "auto",
            Text(
                en="Revenue from invoices or from won deals; auto: invoices where a source offers them.",
                es="Ingresos de facturas o de negocios ganados; auto: facturas si una fuente las ofrece.",
            ),
            ("auto", "invoices", "won"),
        ),
        Option(
            "gross_margin",
            None,
            Text(
                en="Share of revenue left after cost of goods, as a fraction.",
                es="Parte del ingreso que queda tras el costo de ventas, como fracción.",
            ),
        ),
        Option(
            "low_sample_below",
            30,
            Text(en="Fewer cases than this are a small sample.", es="Menos casos que estos son una muestra pequeña."),
        ),
    )
}


def in_force(given: Mapping[str, object], environment: Environment) -> dict[str, object]:
    """
    Every option with the value that holds.

    Args:
        given: What was chosen; values may come as text, as from a command line.
        environment: Decides what `auto` means and gives the margin.

    Raises:
        UserError: An option is unknown or its value is not one that it takes.
    """
    unknown = sorted(set(given) - set(OPTIONS))
    if unknown:
        raise UserError(
            f"There is no option {unknown[0]}.", where="kpis.options", fix=close_matches(unknown[0], OPTIONS)
        )
    values: dict[str, object] = {option.name: option.default for option in OPTIONS.values()}
    values["gross_margin"] = _margin(environment.gross_margin)
    for name, value in given.items():
        values[name] = _margin(value) if name == "gross_margin" else _checked(OPTIONS[name], value)
    if values["revenue_source"] == "auto":
        values["revenue_source"] = "invoices" if "revenue" in environment.offered else "won"
    return values


def _checked(option: Option, value: object) -> object:
    if value is None:
        return option.default
    if option.values:
        if value in option.values:
            return value
        raise _refused(option, value, f"choose one of {', '.join(option.values)}")
    try:
        number = int(str(value))
    except ValueError:
        raise _refused(option, value, "give a whole number") from None
    if number < option.low:
        raise _refused(option, value, f"give a whole number of at least {option.low}")
    return number


def _margin(value: object) -> Decimal | None:
    if value is None:
        return None
    option = OPTIONS["gross_margin"]
    try:
        margin = Decimal(str(value))
    except InvalidOperation:
        raise _refused(option, value, "give a fraction such as 0.8") from None
    if not margin.is_finite() or margin > 1:
        raise _refused(option, value, "give a fraction, 0.8 for 80 %")
    return margin


def _refused(option: Option, value: object, fix: str) -> UserError:
    return UserError(f"The option {option.name} was {value}.", where=f"kpis.options.{option.name}", fix=fix)
