"""
Lifetime value by models: what every account has brought, and what it is still to bring, with an interval.

Two situations, two models, one answer (`forecast.contractual`, `forecast.orders` -> `model.Forecast`):

- Subscriptions: the shifted beta-geometric model (`retention`), fitted to the renewals that every stretch of paid time
  (`spells`) came to or not, beside Kaplan and Meier's curve, which assumes nothing (`survival`).
- Orders without a contract: BG/NBD for how many are to come (`repeat_orders`), Gamma-Gamma for what each is worth
  (`order_value`).

What the models take for granted, and a reader of the figures should know:

- ARPA divided by churn, the headline, gives every customer the same chance of leaving for ever. Customers differ, and
  those likely to leave do so first: of a mixed base that one chance is too low for new customers and too high for those
  who have stayed, so the headline values the new too high and the old too low. The models let the chance fall with age.
- Renewals are monthly, on the day of the month on which the stretch began. Longer contracts end in lumps that the
  model smooths over the months.
- MRR stays what it is on the last day: no growth, no shrinking, no price rise. The hold-out error shows what this
  costs, since what really came includes them.
- Of an account with several subscriptions the sum counts, and it stays while any of them is paid. A gap that no close
  of a month falls into is no loss. After a longer one the account starts again at age 0; an account that is gone is
  worth nothing more, although some return.
- An end that is agreed but not come yet does not count, as no later event does.
- Free use, MRR of 0 and orders of 0 make nobody a customer. Rows that could not mean anything are left out and counted.
- A year of customers has its own parameters where that explains it much better than those of all (99 %), else not.
- Orders of one day are one order; the first order of an account says nothing about the value of its later ones.
- The number of orders and their value must hardly be related: otherwise the forecast carries a flag.
- The intervals hold the future of each account, chance included, and are therefore wide; that of the total is narrow,
  because chance evens out. They know nothing of changes that the history has not seen.
- Under twelve months of history or two hundred accounts there is a reason in place of a forecast.
"""
