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
        is_share: True for a number that need not be whole.
        of_facts: True where the fact tables depend on it, not the question alone.
        only_settings: True where it takes a new `compute`, so that no single question can choose it.
    """

    name: str
    default: str | int | Decimal | None
    meaning: Text
    values: tuple[str, ...] = ()
    low: int = 0
    is_share: bool = False
    of_facts: bool = False
    only_settings: bool = False

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "default": float(self.default) if isinstance(self.default, Decimal) else self.default,
            "values": list(self.values),
            "meaning": self.meaning.as_dict(),
        }


MODELS = (
    "auto",
    "first",
    "last",
    "last_non_direct",
    "linear",
    "position_based",
    "u_shaped_lead",
    "w_shaped",
    "full_path",
    "time_decay",
    "markov",
    "shapley",
    "primary_campaign",
)

OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option(
            "statistic",
            None,
            Text(
                en="Mean or median of durations; unset: the median for onboarding, the mean for the rest.",
                es="Media o mediana de las duraciones; sin fijar: mediana en incorporación, media en lo demás.",
            ),
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
            "conversion_goal",
            "customer",
            Text(
                en="A lead converts when it becomes a customer, or already with its first deal.",
                es="Un lead convierte cuando se hace cliente, o ya con su primer negocio.",
            ),
            ("customer", "opportunity"),
        ),
        Option(
            "funnel",
            "any",
            Text(
                en="A stage counts as reached by whoever got to it or further, or only through every stage before.",
                es="Una etapa se alcanza al llegar a ella o más allá, o solo pasando por todas las anteriores.",
            ),
            ("any", "strict"),
        ),
        Option(
            "close_rate_by",
            "count",
            Text(
                en="Win and close rates of deals or of their amounts.", es="Tasas de cierre de negocios o de importes."
            ),
            ("count", "amount"),
        ),
        Option(
            "sales_cycle_start",
            "opportunity",
            Text(
                en="The sales cycle begins with the deal or with its lead.",
                es="El ciclo de ventas empieza con el negocio o con su lead.",
            ),
            ("opportunity", "lead"),
        ),
        Option(
            "velocity_days",
            90,
            Text(
                en="Days whose wins tell the pipeline's speed.", es="Días cuyas ventas dicen la velocidad del pipeline."
            ),
            low=1,
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
            "email_opens",
            "all",
            Text(
                en="All opens, or only those that no mail program made by itself.",
                es="Todas las aperturas o solo las que no hizo un programa de correo por sí mismo.",
            ),
            ("all", "reliable"),
        ),
        Option(
            "attribution_model",
            "auto",
            Text(
                en="How a conversion is split over touches; auto: w_shaped where its dates are known.",
                es="Cómo se reparte una conversión entre contactos; auto: w_shaped si se conocen sus fechas.",
            ),
            MODELS,
            of_facts=True,
        ),
        Option(
            "lookback_days",
            90,
            Text(
                en="Days that a touch counts before a conversion.", es="Días que cuenta un contacto antes de convertir."
            ),
            low=1,
            of_facts=True,
        ),
        Option(
            "half_life_days",
            7,
            Text(
                en="Days after which a touch is worth half under time_decay.",
                es="Días tras los que un contacto vale la mitad con time_decay.",
            ),
            low=1,
            of_facts=True,
        ),
        Option(
            "payback_arpa",
            "all",
            Text(
                en="CAC payback by the revenue of all accounts or of new ones.",
                es="Amortización del CAC con el ingreso de todas las cuentas o de las nuevas.",
            ),
            ("all", "new"),
        ),
        Option(
            "cost_lag",
            "none",
            Text(
                en="CAC by the cost of the period itself, or of one median sales cycle earlier.",
                es="CAC con el costo del propio periodo o de un ciclo de ventas mediano antes.",
            ),
            ("none", "cycle"),
        ),
        Option(
            "romi_bar",
            Decimal(1),
            Text(en="ROMI above this is above the bar.", es="Un ROMI mayor que este supera el listón."),
            is_share=True,
        ),
        Option(
            "retention_include_reactivation",
            "false",
            Text(
                en="Whether accounts that come back add to MRR retention.",
                es="Si las cuentas que regresan suman a la retención de MRR.",
            ),
            ("false", "true"),
        ),
        Option(
            "engagement_teams",
            "both",
            Text(
                en="Engaged means in touch with marketing and with sales, or with any team.",
                es="Comprometida quiere decir en contacto con marketing y con ventas, o con cualquier equipo.",
            ),
            ("both", "any"),
        ),
        Option(
            "adoption_uses",
            3,
            Text(en="Days of use that make an adoption.", es="Días de uso que hacen una adopción."),
            low=1,
        ),
        Option(
            "adoption_days",
            30,
            Text(en="Within how many days they must lie.", es="Dentro de cuántos días deben estar."),
            low=1,
        ),
        Option(
            "repeat_months",
            12,
            Text(en="Months whose orders tell who bought again.", es="Meses cuyos pedidos dicen quién repitió."),
            low=1,
        ),
        Option(
            "traffic_drop",
            Decimal("0.3"),
            Text(
                en="A fall of visits beyond this needs a look.",
                es="Una caída de visitas mayor que esta debe revisarse.",
            ),
            is_share=True,
        ),
        Option(
            "win_rate_fall",
            Decimal("0.2"),
            Text(
                en="Growth of leads is read with care when the win rate fell by more than this against six months.",
                es="El crecimiento de leads se lee con cuidado si la tasa de éxito cayó más que esto en seis meses.",
            ),
            is_share=True,
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
            "clv_horizon_months",
            36,
            Text(
                en="How far the model of lifetime value looks ahead.",
                es="Hasta dónde mira el modelo de valor de por vida.",
            ),
            low=1,
            only_settings=True,
        ),
        Option(
            "clv_monthly_discount",
            Decimal(0),
            Text(en="Interest per month, as a fraction.", es="Interés por mes, como fracción."),
            is_share=True,
            only_settings=True,
        ),
        Option(
            "clv_minimum_months",
            12,
            Text(
                en="History below which the model promises nothing.",
                es="Historia por debajo de la cual el modelo no promete nada.",
            ),
            low=1,
            only_settings=True,
        ),
        Option(
            "clv_minimum_accounts",
            200,
            Text(
                en="Accounts below which it promises nothing.", es="Cuentas por debajo de las cuales no promete nada."
            ),
            low=1,
            only_settings=True,
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
    values["gross_margin"] = margin(environment.gross_margin)
    values |= {option.name: getattr(environment, option.name) for option in OPTIONS.values() if option.of_facts}
    for name, value in given.items():
        values[name] = margin(value) if name == "gross_margin" else _checked(OPTIONS[name], value)
    if values["revenue_source"] == "auto":
        values["revenue_source"] = "invoices" if "revenue" in environment.offered else "won"
    return values


def _checked(option: Option, value: object) -> object:
    if value is None:
        return option.default
    if isinstance(value, bool):
        value = str(value).lower()
    if option.is_share:
        return _share(option, value)
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


def _share(option: Option, value: object) -> Decimal:
    try:
        share = Decimal(str(value))
    except InvalidOperation:
        raise _refused(option, value, "give a number such as 0.3") from None
    if not share.is_finite() or share < 0:
        raise _refused(option, value, "give a number of at least 0")
    return share


def margin(value: object) -> Decimal | None:
    """
    The gross margin of settings, checked.

    Raises:
        UserError: It is no fraction.
    """
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
