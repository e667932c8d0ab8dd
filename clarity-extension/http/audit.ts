import { Router } from 'express'
import { z } from 'zod'
import type { AuditEntry, Verdict } from '../audit/audit.ts'
import type { components } from '../panel/schema.d.ts'
import type { PanelPorts } from './ports.ts'
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

/** What is empty is not asked for. */
const given = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), shape.optional())
const moment = given(z.iso.datetime().transform((text) => Date.parse(text)))
const listQuery = z.object({
  cursor: given(
    z
      .string()
      .regex(/^\d{1,15}$/, 'is not a cursor that this list gave')
      .transform(Number),
  ),
  limit: given(z.coerce.number().int().min(1).max(200)),
  who: given(z.string().max(200)),
  action: given(z.string().max(100)),
  entity: given(z.string().max(200)),
  from: moment,
  to: moment,
})
