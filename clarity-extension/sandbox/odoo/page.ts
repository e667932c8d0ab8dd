import { readFileSync } from 'node:fs'
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { OdooError } from './error.ts'
import { type Html, html } from './html.ts'
import type { Operate } from './operate.ts'
import { type Notice, overview } from './overview.ts'
import type { Sender } from './sender.ts'
import type { World } from './world.ts'

export interface PageOptions {
  world: World
  person: Operate
  sender: Sender
  webhookUrl(): string | undefined
  /** @returns a sentence. @throws OdooError */
  pair(code: string): Promise<string>
}

/** The page on which a person plays the warehouse: validate deliveries, set tracking, count stock, watch the webhooks. */
export function pages({ world, person, sender, webhookUrl, pair }: PageOptions): Router {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '64kb' })

  router.get('/', (request, response) => {
    const { said, failed } = notice.parse(request.query)
    const shown: Notice | undefined = said ? { text: said, failed: failed === '1' } : undefined
    const content = overview(world, { sending: sender.sending, webhookUrl: webhookUrl() })
    response.type('html').send(layout(content, shown).text)
  })
  router.get('/page.css', (_request, response) => void response.type('css').send(STYLE))
  router.get('/page.svg', (_request, response) => void response.type('svg').send(ICON))
  router.get('/page.js', (_request, response) => void response.type('js').send(SCRIPT))

  router.post('/pickings/:id', sameOrigin, form, (request, response) => {
    const id = z.coerce.number().int().parse(request.params.id)
    const { act, tracking = '', ...fields } = pickingForm.parse(request.body)
    if (act === 'tracking') {
      person.setTracking(id, tracking.trim() || null)
      return back(response, 'Tracking saved.')
    }
    if (act === 'reserve') {
      person.reserve(id)
      return back(response, 'Tried to reserve.')
    }
    const backorder = person.validate(id, act === 'partly' ? quantitiesOf(fields) : undefined)
    back(response, backorder ? 'Delivered in part; the rest is a backorder.' : 'Delivered.')
  })

  router.post('/stock', sameOrigin, form, (request, response) => {
    const { sku, warehouse, quantity } = stockForm.parse(request.body)
    person.setOnHand(sku, warehouse, quantity)
    back(response, `${sku}: ${quantity} on hand in ${warehouse}.`)
  })

  router.post('/webhooks/resume', sameOrigin, (_request, response) => {
    sender.resume()
    back(response, 'Everything that waits is sent again.')
  })

  router.post('/pairing', sameOrigin, form, async (request, response) => {
    back(response, await pair(pairingForm.parse(request.body).code))
  })

  router.use(['/pickings', '/stock', '/pairing'], sayWhy)
  return router
}

const notice = z.object({ said: z.string().max(300).optional(), failed: z.string().optional() })
const quantity = z
  .string()
  .trim()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'a quantity such as 3 or 2.5')
const pickingForm = z.looseObject({
  act: z.enum(['validate', 'partly', 'tracking', 'reserve']),
  tracking: z.string().max(100).optional(),
})
const pairingForm = z.object({ code: z.string().max(600) })
const stockForm = z.object({ sku: z.string().max(100), warehouse: z.string().max(20), quantity })

/** Fields `sku:<SKU>` of the form. */
function quantitiesOf(fields: Record<string, unknown>): Record<string, string> {
  const wanted = Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith('sku:') && value !== '' ? [[name.slice(4), quantity.parse(value)] as const] : [],
  )
  return Object.fromEntries(wanted)
}

/** A form of another site cannot act here: browsers say where a POST comes from. */
const sameOrigin: RequestHandler = (request, response, next) => {
  // Under Referrer-Policy: no-referrer a browser sends `Origin: null` with our own forms too; this header it always fills.
  const site = request.header('sec-fetch-site')
  const origin = request.header('origin')
  const ours = site
    ? site === 'same-origin'
    : !origin || (URL.canParse(origin) && new URL(origin).host === request.header('host'))
  if (ours) next()
  else response.status(403).type('text').send('This form belongs to another site.')
}

/** After a POST the browser shows the page again, with a sentence about what was done. */
function back(response: express.Response, said: string, failed = false): void {
  response.redirect(303, `/?${new URLSearchParams({ said, ...(failed ? { failed: '1' } : {}) })}`)
}

const sayWhy: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof OdooError) back(response, error.message, true)
  else if (error instanceof z.ZodError) back(response, error.issues[0]?.message ?? 'That is not a quantity.', true)
  else next(error)
}

const STYLE = readFileSync(new URL('./page.css', import.meta.url))
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3" fill="#6b4a78"/></svg>'
const SCRIPT = readFileSync(new URL('./page.js', import.meta.url))

const layout = (content: Html, shown: Notice | undefined): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Odoo stand-in</title>
    <link rel="icon" href="/page.svg">
    <link rel="stylesheet" href="/page.css">
    <script src="/page.js" defer></script>
  </head>
  <body>
    <header>
      <h1>Odoo <span>stand-in</span></h1>
      <nav><a href="#deliveries">Deliveries</a><a href="#orders">Orders</a><a href="#stock">Stock</a><a href="#webhooks">Webhooks</a><a href="#connect">Connect</a></nav>
    </header>
    ${shown && html`<p class="notice${shown.failed ? ' failed' : ''}" role="status">${shown.text}</p>`}
    <main id="content">${content}</main>
  </body>
</html>
`
