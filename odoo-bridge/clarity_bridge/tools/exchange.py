"""Amounts of a return where its order was converted to the company's currency, at the rate of the order."""


def in_orders(one, amount):
    """An amount of the storefront in the currency of the order, which may be the company's, at the order's own rate."""
    order = one.order_id
    if one.currency_id == order.currency_id or not order.clarity_rate:
        return amount
    return order.currency_id.round(amount / order.clarity_rate)


def in_storefronts(one, amount):
    """An amount of the credit notes in the currency of the return."""
    order = one.order_id
    if one.currency_id == order.currency_id or not order.clarity_rate:
        return amount
    if not order.currency_id.compare_amounts(amount, in_orders(one, one.refund_amount)):
        # There and back again would lose a cent.
        return one.refund_amount
    return amount * order.clarity_rate
