"""
The four articles that ask for these KPIs, by title.
"""

from __future__ import annotations

from kpis.model import Article

_TITLES = (
    "5 Medidores de Desempeño que debes utilizar",
    "Una guía esencial para las métricas de marketing B2B que importan",
    "¿Cómo mide el éxito de CRM?",
    "Las métricas clave de la automatización de CRM",
)


def article(number: int, formula: str = "") -> Article:
    """
    An article by its number [0 to 3], with the formula it gives.
    """
    return Article(_TITLES[number], formula)
