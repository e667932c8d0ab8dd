import { Router } from 'express'
import { z } from 'zod'
import type { AuditEntry, Verdict } from '../audit/audit.ts'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
import { cursor, given, limit } from './query.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** Who changed what, and whether the record of it is whole. */
export function auditRoutes({ audit }: Pick<PanelPorts, 'audit'>): Router {
  const router = Router()

  router.get('/audit', async (req, res) => {
    const page = await audit.list(listQuery.parse(req.query))
    const body: Schemas['AuditPage'] = {
      items: page.rows.map(entryView),
      nextCursor: page.next === null ? null : String(page.next),
      actions: page.actions,
      people: page.people,
    }
    res.json(body)
  })

  router.post('/audit/verify', async (_req, res) => {
    res.json(verdictView(await audit.verify()))
  })

  return router
}

const entryView = ({ id, at, ...rest }: AuditEntry): Schemas['AuditEntry'] => ({
  ...rest,
  id: String(id),
  at: instant(at),
})

const verdictView = (verdict: Verdict): Schemas['AuditVerdict'] =>
  verdict.ok
    ? { ok: true, rows: verdict.rows, head: verdict.head, brokenAt: null, reason: null }
    : { ok: false, rows: verdict.rows, head: null, brokenAt: String(verdict.brokenAt), reason: verdict.reason }

const moment = given(z.iso.datetime().transform((text) => Date.parse(text)))
const listQuery = z.object({
  cursor: given(cursor),
  limit: given(limit),
  who: given(z.string().max(200)),
  action: given(z.string().max(100)),
  entity: given(z.string().max(200)),
  from: moment,
  to: moment,
})
