import type { RecordLink } from '../http/ports.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Links } from '../links.ts'
import type { DemandStore } from './demand.ts'

/** The records on both sides that a lane such as `order:1042` stands for, with addresses a person can open. */
export const panelLinks =
  (links: Links, odooAddress: () => string) =>
  async (lane: string): Promise<RecordLink[]> => {
    const [kind, ...rest] = lane.split(':')
    const link = kind ? await links.get(kind, rest.join(':')) : undefined
    if (!link) return []
    const { clarityId, odooModel, odooId, odooName } = link
    const odooUrl = `${odooAddress().replace(/\/$/, '')}/odoo/${odooModel}/${odooId}`
    return [{ kind: link.kind, clarityId, odooModel, odooId, odooName, odooUrl }]
  }

/**
 * Dismissing an order says that a person has dealt with it: what it takes from stock is no longer held back from sale, for
 * Odoo's own numbers hold whatever that person did.
 */
export const dismissal =
  (
    ledger: Pick<Ledger, 'dismiss'>,
    demand: Pick<DemandStore, 'releaseDismissed'>,
    recount: (skus: string[]) => Promise<unknown>,
  ): Ledger['dismiss'] =>
  async (which, reason, by) => {
    const moved = await ledger.dismiss(which, reason, by)
    await recount(await demand.releaseDismissed())
    return moved
  }
