"""
What the company sells.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """
    Something sold.

    Args:
        number: Counts from 1.
        name: What it is called on a line.
        family: Upsells stay in a family, cross-sells enter another.
        price: [EUR] per unit, by the month where it recurs, else once.
        recurs: Whether it is paid for again and again.
    """

    number: int
    name: str
    family: str
    price: int
    recurs: bool = True


@dataclass(frozen=True)
class Line:
    """
    So many of a product, in a deal.
    """

    product: Product
    quantity: int

    @property
    def mrr(self) -> int:
        return self.product.price * self.quantity if self.product.recurs else 0

    @property
    def amount(self) -> int:
        """
        Value of the first year.
        """
        return self.product.price * self.quantity * (12 if self.product.recurs else 1)


PLATFORM = (
    Product(1, "Platform Starter", "Platform", 19),
    Product(2, "Platform Team", "Platform", 29),
    Product(3, "Platform Business", "Platform", 45),
)
ADD_ONS = (Product(4, "Analytics", "Analytics", 9), Product(5, "Premium Support", "Support", 6))
ONBOARDING = Product(6, "Onboarding", "Services", 900, recurs=False)
PRODUCTS = (*PLATFORM, *ADD_ONS, ONBOARDING)
