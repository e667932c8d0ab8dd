import type { Wiring } from '../compose.ts'
import type { RecordLink } from '../http/ports.ts'
import type { Links } from '../links.ts'

/** The records on both sides that a lane such as `order:1042` stands for, with addresses a person can open. */
export const panelLinks =
  (links: Links, { odoo }: Pick<Wiring, 'odoo'>) =>
  async (lane: string): Promise<RecordLink[]> => {
    const [kind, ...rest] = lane.split(':')
    const link = kind ? await links.get(kind, rest.join(':')) : undefined
    if (!link) return []
    const { clarityId, odooModel, odooId, odooName } = link
    const odooUrl = `${odoo.url.replace(/\/$/, '')}/odoo/${odooModel}/${odooId}`
    return [{ kind: link.kind, clarityId, odooModel, odooId, odooName, odooUrl }]
  }
