import type { Problem } from '../../../shared/outcome.ts'
import type { Asked, Origins } from '../engine.ts'
import type { OrderMapped } from '../order.ts'
import { type Described, faultsOf, type Part } from '../validate.ts'

type Mapped = Extract<OrderMapped, { ok: true }>

/** Everything that Odoo's own fields would not take of a mapped order, named by the storefront's field. Pure. */
export function orderFaults(mapped: Mapped, described: Described): Problem[] {
  // Where values came from is only traced when somebody has to be told: it costs a fifth of a mapping.
  const untraced = faultsOf(partsOf(mapped, {}, {}), described)
  return untraced.length === 0 ? [] : faultsOf(orderParts(mapped), described)
}

/** What is written of an order, record by record, and where each value came from. */
export const orderParts = (mapped: Mapped): Part[] => partsOf(mapped, mapped.origins, mapped.asked)

function partsOf({ operations }: Mapped, origins: Record<string, Origins>, asked: Record<string, Asked>): Part[] {
  return operations.flatMap(({ id, kind, model, values, ensure = [] }, index) => {
    const whence = { origins: origins[id] ?? {}, asked: asked[id] ?? {} }
    // A payment brings its customer along, who is one of the order's.
    const ensured = index === 0 ? ensure : []
    return [
      // What is made of a customer is written to one that is there.
      { model, values, ...whence, isNew: kind !== 'profile' },
      ...ensured.map((record, place) => ({
        model: record.model,
        values: record.values,
        ...whence,
        at: `/ensure/${place}/values`,
      })),
    ]
  })
}
