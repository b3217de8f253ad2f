"""
Money: revenue, margin, costs, currencies.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import COSTS, RECURRING, REVENUE
from kpis.words import Text

CHECKS = (
    Check(
        "margin_out_of_range",
        "error",
        ("gross_margin", "customer_lifetime_value", "cac_payback_months", "ltv_to_cac_ratio", "romi"),
        found=Text(
            en="The gross margin of the settings is below 0 or above 1.",
            es="El margen bruto de la configuración es menor que 0 o mayor que 1.",
        ),
        effect=Text(
            en="Above 1 it is refused and nothing is computed; below 0 what rests on it has no value.",
            es="Mayor que 1 se rechaza y no se calcula nada; menor que 0, lo que se apoya en él no tiene valor.",
        ),
        fix=Text(
            en="Set gross_margin under [kpis.options] as a fraction: 0.8 for 80 %.",
            es="Ponga gross_margin en [kpis.options] como fracción: 0.8 para 80 %.",
        ),
    ),
    Check(
        "amount_without_rate",
        "error",
        (*REVENUE, *COSTS[:3], *RECURRING),
        found=Text(
            en="Amounts in a currency without an exchange rate on or before their day.",
            es="Importes en una moneda sin tipo de cambio en su día o antes.",
        ),
        effect=Text(
            en="Numbers over them have no value; nothing is converted one to one.",
            es="Las cifras que los incluyen no tienen valor; nada se convierte uno a uno.",
        ),
        fix=Text(
            en="Add rates from the first of these days on to exchange_rates.csv.",
            es="Añada a exchange_rates.csv tipos de cambio desde el primero de estos días.",
        ),
    ),
    Check(
        "amount_without_currency",
        "note",
        (*REVENUE, *COSTS[:3], *RECURRING),
        found=Text(en="Amounts without a currency.", es="Importes sin moneda."),
        effect=Text(
            en="They are taken to be in the reporting currency.", es="Se toman como en la moneda de los informes."
        ),
        fix=Text(
            en="Name the currency, if it is another one.", es="Indique la moneda, si es otra que la de los informes."
        ),
    ),
    Check(
        "exchange_rate_unusable",
        "warning",
        REVENUE,
        found=Text(
            en="Exchange rates without a currency, a day or a rate above 0.",
            es="Tipos de cambio sin moneda, sin día o sin un valor mayor que 0.",
        ),
        effect=Text(
            en="Left out; the last rate before goes on.", es="Quedan fuera; sigue valiendo el último anterior."
        ),
        fix=Text(en="Complete or remove the row.", es="Complete o quite la fila."),
    ),
    Check(
        "exchange_rate_jumps",
        "warning",
        REVENUE,
        found=Text(
            en="Exchange rates more than four times, or less than a quarter of, the one before.",
            es="Tipos de cambio de más de cuatro veces, o menos de un cuarto, del anterior.",
        ),
        effect=Text(en="They are used as they stand.", es="Se usan como están."),
        fix=Text(
            en="See whether it is the wrong way round: a rate is reporting currency for one unit.",
            es="Mire si está al revés: es moneda de los informes por una unidad.",
        ),
    ),
    Check(
        "revenue_incomplete",
        "warning",
        ("average_ticket", "roi", "romi", "gross_margin"),
        found=Text(
            en="Invoices or refunds without a day or an amount.", es="Facturas o devoluciones sin día o importe."
        ),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(en="Complete the row.", es="Complete la fila."),
    ),
    Check(
        "revenue_with_negative_amount",
        "warning",
        ("average_ticket", "roi", "romi", "gross_margin", "net_new_revenue"),
        found=Text(
            en="Invoices or refunds with a negative amount.", es="Facturas o devoluciones con importe negativo."
        ),
        effect=Text(
            en="A negative invoice counts as an order and lowers revenue; a negative refund raises it.",
            es="Una factura negativa cuenta como pedido y baja los ingresos; una devolución negativa los sube.",
        ),
        fix=Text(
            en="Give refunds a positive amount and kind refund.",
            es="Dé a las devoluciones un importe positivo y kind refund.",
        ),
    ),
    Check(
        "cost_of_goods_out_of_range",
        "warning",
        ("gross_margin", "romi", "campaign_breakeven_days"),
        found=Text(
            en="Revenue whose cost of goods is negative or more than 100 times the amount.",
            es="Ingresos con un costo de ventas negativo o mayor que 100 veces el importe.",
        ),
        effect=Text(en="It is used as it stands.", es="Se usa como está."),
        fix=Text(
            en="Correct cogs: an amount of money in the row's currency, not a percentage.",
            es="Corrija cogs: un importe en la moneda de la fila, no un porcentaje.",
        ),
    ),
    Check(
        "cost_incomplete",
        "warning",
        COSTS,
        found=Text(en="Costs without any date or without an amount.", es="Costos sin ninguna fecha o sin importe."),
        effect=Text(
            en="Left out: the cost of their time is too low.",
            es="Quedan fuera: el costo de su época es demasiado bajo.",
        ),
        fix=Text(
            en="Give the cost, or the campaign it belongs to, its dates and amount.",
            es="Dé sus fechas y su importe al costo o a la campaña a la que pertenece.",
        ),
    ),
    Check(
        "cost_ends_before_start",
        "warning",
        COSTS,
        found=Text(en="Costs that end before they start.", es="Costos que terminan antes de empezar."),
        effect=Text(
            en="The whole amount counts on the first of the two columns' days, starts_on.",
            es="Todo el importe cuenta el día de starts_on.",
        ),
        fix=Text(en="Correct the dates.", es="Corrija las fechas."),
    ),
    Check(
        "cost_negative",
        "warning",
        COSTS,
        found=Text(en="Negative costs.", es="Costos negativos."),
        effect=Text(en="They lower the cost of their days.", es="Bajan el costo de sus días."),
        fix=Text(
            en="Leave it if it is a credit note, else correct the sign.",
            es="Déjelo si es una nota de crédito; si no, corrija el signo.",
        ),
    ),
    Check(
        "cost_over_three_years",
        "warning",
        COSTS,
        found=Text(en="Costs that cover more than three years.", es="Costos que cubren más de tres años."),
        effect=Text(
            en="They are spread evenly over all their days, so each month gets very little.",
            es="Se reparten por igual entre todos sus días, así que a cada mes le toca muy poco.",
        ),
        fix=Text(en="See whether a year is mistyped.", es="Mire si un año está mal escrito."),
    ),
    Check(
        "cost_kind_unknown",
        "warning",
        COSTS,
        found=Text(en="Costs of no kind or of an unknown kind.", es="Costos sin tipo o de un tipo desconocido."),
        effect=Text(
            en="They count as cost of marketing, but as neither media nor salaries.",
            es="Cuentan como costo de marketing, pero ni como medios ni como salarios.",
        ),
        fix=Text(
            en="Name the kind: media, software, salary, agency, sales or automation.",
            es="Indique el tipo: media, software, salary, agency, sales o automation.",
        ),
    ),
    Check(
        "media_cost_without_channel",
        "note",
        ("cost_per_lead", "cost_per_qualified_lead", "customer_acquisition_cost", "roi"),
        found=Text(
            en="Media costs without a channel, also none of their campaign.",
            es="Costos de medios sin canal, ni siquiera el de su campaña.",
        ),
        effect=Text(
            en="By channel they stand under (none); no channel's cost per lead holds them.",
            es="Por canal van en (none); no entran en el costo por lead de ningún canal.",
        ),
        fix=Text(en="Name the channel or the campaign.", es="Indique el canal o la campaña."),
    ),
)
