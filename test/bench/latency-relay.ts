import { z } from 'zod'
import { lossyProxy } from '../support/proxy.ts'

/**
 * A process that only passes on what goes to the bridge and to Odoo, and tells which order went by when. Told where to stand by
 * messages `{ side, url }`, answers each with where it stands.
 */
process.on('message', async (message) => {
  const { side, url } = asked.parse(message)
  const proxy = await lossyProxy(url, (path, body) => {
    const at = performance.timeOrigin + performance.now()
    for (const order of ordersIn[side](path, body)) process.send?.({ side, order, at })
  })
  process.send?.({ side, url: proxy.url })
})
process.on('disconnect', () => process.exit(0))

const asked = z.object({ side: z.enum(['odoo', 'bridge']), url: z.string() })
const envelope = z.object({ type: z.literal('order.created'), data: z.object({ id: z.string() }) })
const operations = z.object({ operations: z.array(z.looseObject({ id: z.string() })) })

const ordersIn = {
  bridge(_path: string, body: Buffer): string[] {
    const event = envelope.safeParse(JSON.parse(body.toString()))
    return event.success ? [event.data.data.id] : []
  },
  /** The orders that a call brings: `order:<id>`. */
  odoo(path: string, body: Buffer): string[] {
    if (!path.endsWith('/apply')) return []
    return operations
      .parse(JSON.parse(body.toString()))
      .operations.flatMap(({ id }) => /^order:([^:]+)/.exec(id)?.[1] ?? [])
  },
}
