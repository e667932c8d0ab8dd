import { pipeline } from 'node:stream/promises'
import { Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import type { PersonExport } from '../privacy/persons.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** What is kept of one person, and its erasure. Both are recorded, without who it was. */
export function personRoutes({ persons }: Pick<PanelPorts, 'persons'>): Router {
  const router = Router()

  router.post('/persons/export', async (req, res) => {
    const found = await persons.export(person.parse(req.body), sessionOf(res).user)
    if ('unread' in found) throw beingRead(found.unread)
    res.type('json')
    await pipeline(textOf(found), res)
  })

  router.post('/persons/erase', async (req, res) => {
    const done = await persons.erase(person.parse(req.body), sessionOf(res).user)
    if ('unread' in done) throw beingRead(done.unread)
    const body: Schemas['PersonErased'] = { erased: done.erased, open: done.open.map(String) }
    res.json(body)
  })

  return router
}

const person = z.union(
  [z.strictObject({ email: z.email().max(320) }), z.strictObject({ customerId: z.string().min(1).max(200) })],
  'name one person, by email or customerId',
)

const AGAIN_S = 5

/** After a new key or a new version; each time it is asked it comes further. */
const beingRead = (left: number): Refusal =>
  new Refusal(
    503,
    'history_being_read',
    `A person could be missed: ${left} messages of the history are not searchable yet.`,
    'They are being read. Ask again in a few seconds; it goes on where it was.',
    AGAIN_S,
  )

/** As JSON, one record after the other: what is kept of one person may be more than memory should hold. */
async function* textOf({ events, firstLoads }: PersonExport): AsyncGenerator<string> {
  yield '{"events":['
  let comma = ''
  for await (const { id, receivedAt, correction = null, ...rest } of events) {
    const event: Schemas['PersonExport']['events'][number] = {
      ...rest,
      id: String(id),
      receivedAt: instant(receivedAt),
      correction,
    }
    yield comma + JSON.stringify(event)
    comma = ','
  }
  yield '],"firstLoads":['
  comma = ''
  for await (const shown of firstLoads) {
    yield comma + JSON.stringify(shown)
    comma = ','
  }
  yield ']}'
}
