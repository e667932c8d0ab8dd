import type { Origins } from './engine.ts'

/**
 * Where in the storefront's record a refused value came from: the pointer's own origin, or that of the nearest field around it
 * (`/order_line/$lines/items/2/tax_ids/$set/0` belongs to `…/tax_ids`).
 */
export function sourceOf(origins: Origins, target: string): string | undefined {
  for (let at = target; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = Object.hasOwn(origins, at) ? origins[at] : undefined
    if (origin !== undefined) return origin
  }
  return undefined
}
