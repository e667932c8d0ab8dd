"""Which moves a reordering rule may be about, asked of the database once per batch."""

from .bulk import is_without, memory


def with_orderpoints(moves):
    """The moves whose product has a reordering rule; all of them where nothing is written in a batch."""
    remembered = memory(moves.env.cr)
    if remembered is None:
        return moves
    rules = moves.env["stock.warehouse.orderpoint"]
    if is_without(rules):
        return moves.browse()
    asked, ruled = remembered.setdefault("orderpoints", (set(), set()))
    products = moves.product_id
    if new := set(products.ids) - asked:
        # sudo: rules that the caller may not read count as well. Archived ones count, too.
        everything = rules.sudo().with_context(active_test=False)
        groups = everything._read_group([("product_id", "in", list(new))], ["product_id"])
        ruled.update(product.id for (product,) in groups)
        asked |= new
    return moves.filtered(lambda move: move.product_id.id in ruled)
