"""
What people read beside a forecast.
"""

from __future__ import annotations

from kpis.lifetime.model import Forecast
from kpis.words import Text

MODELS: dict[str, Text] = {
    "shifted_beta_geometric": Text(
        en="Subscriptions by the shifted beta-geometric model: the longer an account has stayed, the safer it is."
        " Its MRR is taken to stay as it is, and who has left to stay away.",
        es="Suscripciones según el modelo beta-geométrico desplazado: cuanto más tiempo lleva una cuenta, más segura"
        " es. Se supone que su MRR no cambia y que quien se fue no vuelve.",
    ),
    "bg_nbd_gamma_gamma": Text(
        en="Orders by BG/NBD, their value by Gamma-Gamma: every account orders at its own pace and may leave after any"
        " order without saying so.",
        es="Pedidos según BG/NBD y su valor según Gamma-Gamma: cada cuenta compra a su ritmo y puede irse después de"
        " cualquier pedido sin avisar.",
    ),
}
FLAGS: dict[str, Text] = {
    "frequency_value_correlated": Text(
        en="Accounts that order often have orders of another value; the model takes the two as unrelated, so read its"
        " values with care.",
        es="Las cuentas que compran a menudo hacen pedidos de otro valor; el modelo los supone sin relación: lea sus"
        " valores con cuidado.",
    ),
}


def interval(forecast: Forecast) -> Text:
    """
    What low and high mean.
    """
    level, draws = f"{forecast.terms.level:.0%}", forecast.terms.draws
    return Text(
        en=f"Range in which {level} of {draws} played futures ended, each with parameters as likely as the data leave"
        " them and with chance of its own.",
        es=f"Rango en que terminó el {level} de {draws} futuros simulados, cada uno con parámetros tan probables como"
        " permiten los datos y con su propio azar.",
    )


def holdout(forecast: Forecast) -> Text | None:
    """
    How the same model did on the latest months; None where it could not be tried.
    """
    tried = forecast.holdout
    if tried is None or tried.error is None:
        return None
    share, day = f"{abs(tried.error):.1%}", tried.as_of.isoformat()
    more, much = ("more", "más") if tried.error >= 0 else ("less", "menos")
    return Text(
        en=f"Made on {day}, it would have promised {share} {more} than came in the {tried.months} months since.",
        es=f"Hecho el {day}, habría prometido un {share} {much} de lo que llegó en los {tried.months} meses"
        " siguientes.",
    )


def scarce(forecast: Forecast) -> Text:
    """
    What a forecast would need and what there is.
    """
    terms = forecast.terms
    return Text(
        en=f"A forecast needs {terms.minimum_accounts} accounts, {terms.minimum_months} months and some accounts that"
        f" left or came back; there are {forecast.accounts} accounts and {forecast.history_months} months.",
        es=f"Un pronóstico necesita {terms.minimum_accounts} cuentas, {terms.minimum_months} meses y algunas cuentas"
        f" que se hayan ido o hayan vuelto; hay {forecast.accounts} cuentas y {forecast.history_months} meses.",
    )
