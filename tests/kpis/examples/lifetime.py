"""
Published examples of lifetime value models.
"""

from __future__ import annotations

from kpis.lifetime import retention
from kpis.lifetime.order_value import OrderValue
from kpis.lifetime.repeat_orders import RepeatOrders
from tests.kpis.examples.asking import Inputs


def bg_nbd(given: Inputs) -> float:
    model = RepeatOrders(given["r"], given["alpha"], given["a"], given["b"])
    return float(model.expected_orders(given["frequency"], given["recency"], given["T"], given["horizon"]))


def gamma_gamma(given: Inputs) -> list[float]:
    model = OrderValue(given["p"], given["q"], given["v"])
    frequency, mean = zip(*given["customers"], strict=True)
    return [float(value) for value in model.expected(frequency, mean)]


def shifted_beta_geometric(given: Inputs) -> dict[str, float]:
    survivors = [given["cohort"] * percent / 100 for percent in given["survival_percent"]]
    found = retention.fit_survivors([survivors])
    return {"alpha": found.alpha, "beta": found.beta}


_MODELS = {model.__name__: model for model in (bg_nbd, gamma_gamma, shifted_beta_geometric)}


def customer_lifetime_value_predictive(given: Inputs) -> float | list[float] | dict[str, float]:
    return _MODELS[given["model"]](given)


BUILDERS = (customer_lifetime_value_predictive,)
