import type { Problem } from '../../../shared/outcome.ts'
import type { Origins } from '../engine.ts'
import type { OrderMapped } from '../order.ts'
import { type Described, validate } from '../validate.ts'

/** Everything that Odoo's own fields would not take of a mapped order, named by the storefront's field. Pure. */
export function orderFaults(mapped: Extract<OrderMapped, { ok: true }>, described: Described): Problem[] {
  // Where values came from is only traced when somebody has to be told: it costs a fifth of a mapping.
  return faults({}).length === 0 ? [] : faults(mapped.origins)

  function faults(origins: Record<string, Origins>): Problem[] {
    return mapped.operations.flatMap((operation, index) => {
      const at = origins[operation.id]
      // A payment brings its customer along, who is one of the order's.
      const ensured = index === 0 ? (operation.ensure ?? []) : []
      return [
        ...validate(operation, described, at),
        ...ensured.flatMap((record, place) => validate(record, described, at, `/ensure/${place}/values`)),
      ]
    })
  }
}
