import { once } from 'node:events'
import { connect } from 'node:net'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'

/** Requests made beforehand, so that a round measures the server and not the signing. */
export function signedOrders(count: number, path: string, secret: string): Buffer[] {
  const nowSeconds = Date.now() / 1000
  return Array.from({ length: count }, (_, index) => {
    const body = Buffer.from(JSON.stringify(orderCreated(index)))
    const headers = { ...signHeaders(body, [secret], newWebhookId(), nowSeconds), 'content-type': 'application/json' }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`
    return Buffer.concat([Buffer.from(head), body])
  })
}

/**
 * Sends every request once over `connections` kept-alive sockets. Plain sockets: on two cores a full HTTP client would take
 * the time that is to be measured.
 * @returns seconds, and how many were answered with each status
 */
export async function load(port: number, requests: readonly Buffer[], connections: number) {
  const statuses = new Map<string, number>()
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      await once(socket, 'connect')
      let rest = ''
      const send = () => {
        const request = requests[next++]
        if (request) socket.write(request)
        else socket.end()
      }
      socket.on('data', (chunk) => {
        rest += chunk.toString('latin1')
        const end = answerEnd(rest)
        if (end === undefined) return
        const status = rest.slice(9, 12)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        rest = rest.slice(end)
        send()
      })
      send()
      await once(socket, 'close')
    }),
  )
  return { seconds: (performance.now() - began) / 1000, statuses }
}

/** Where the first answer ends, undefined while it is not all there. Both kinds of length that our app uses. */
function answerEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return undefined
  const length = /content-length: (\d+)/i.exec(text.slice(0, head))?.[1]
  if (length !== undefined) {
    const end = head + 4 + Number(length)
    return text.length >= end ? end : undefined
  }
  const last = text.indexOf('0\r\n\r\n', head + 4)
  return last === -1 ? undefined : last + 5
}

/** About 2 KB, as a storefront sends it. */
function orderCreated(index: number) {
  const item = (line: number) => ({
    lineId: `L${line}`,
    sku: `SKU-${(index * 7 + line) % 500}`,
    name: 'Stainless steel water bottle, 750 ml',
    quantity: '2',
    unitPrice: '24.90',
    discount: '0.00',
    taxAmount: '9.96',
    taxRate: '20',
    taxCode: 'standard',
    total: '49.80',
  })
  const address = {
    name: 'Ada Lovelace',
    company: 'Analytical Engines Ltd',
    line1: '12 St James Square',
    city: 'London',
    postalCode: 'SW1Y 4JH',
    country: 'GB',
    phone: '+44 20 7946 0000',
  }
  const at = new Date().toISOString()
  return {
    type: 'order.created',
    timestamp: at,
    data: {
      id: `bench-${index}-${process.hrtime.bigint()}`,
      number: `B-${index}`,
      status: 'pending',
      updatedAt: at,
      placedAt: at,
      customerId: `c-${index % 50}`,
      currency: 'GBP',
      pricesIncludeTax: false,
      items: Array.from({ length: 5 }, (_, line) => item(line)),
      shippingLines: [{ method: 'standard', carrier: 'dhl', amount: '4.90', taxAmount: '0.98' }],
      discounts: [],
      subtotal: '249.00',
      shippingTotal: '4.90',
      taxTotal: '50.78',
      total: '304.68',
      billingAddress: address,
      shippingAddress: address,
      attributes: {},
    },
  }
}
