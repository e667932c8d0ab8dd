import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import type { ClarityClient } from '../clarity/client.ts'
import type { OdooSender } from '../delivery/odoo-sender.ts'
import type { ReturnToClarityPorts } from '../flows/return-to-clarity.ts'
import type { ReturnToOdooPorts } from '../flows/return-to-odoo.ts'
import type { Links } from '../links.ts'
import type { ReturnMapper } from './return-mapper.ts'

export interface ReturnParts {
  clarity: Pick<ClarityClient, 'getReturn' | 'patchReturnStatus'>
  odoo: Pick<OdooClient, 'readState'>
  sender: Pick<OdooSender, 'apply'>
  links: Links
  mapReturn: ReturnMapper
  store: string
}

/** What both return flows need, from the real parts. */
export function returnPorts(parts: ReturnParts): ReturnToOdooPorts & ReturnToClarityPorts {
  const { clarity, odoo, sender, links, mapReturn, store } = parts
  return {
    readReturn: (id, traceparent) => clarity.getReturn(id, { traceparent }),

    map: mapReturn,

    apply: (operation, traceparent) => sender.apply({ ...operation, traceparent }),

    async link(id) {
      const link = await links.get('return', id)
      return link && { version: link.clarityVersion, hash: link.hash }
    },

    async saveLink({ id, updatedAt }, { res_id, name }, hash, wroteBy) {
      if (res_id === undefined) throw new Error(`Odoo did not say which record return ${id} is`)
      await links.save({
        kind: 'return',
        clarityId: id,
        odooModel: 'clarity.return',
        odooId: res_id,
        odooName: name ?? null,
        clarityVersion: updatedAt,
        hash,
        wroteBy,
      })
    },

    async readReturnState(id, traceparent) {
      const reply = await odoo.readState(store, 'return', [id], { traceparent })
      return reply.ok ? { ok: true, value: reply.value.returns[0] } : reply
    },

    patchReturn: (id, body, meaning, traceparent) => clarity.patchReturnStatus(id, body, meaning, { traceparent }),
  }
}
