import { createServer, type IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'

export interface Received {
  headers: IncomingHttpHeaders
  body: Buffer
  at: number
}

/** What to answer the nth request (from 0): a status, or a status with headers, or nothing at all. */
export type Script = (n: number) => number | { status: number; headers: Record<string, string> } | 'silence'

/** A webhook receiver that remembers what came and answers by a script. */
export async function openReceiver(script: Script = () => 202) {
  const received: Received[] = []
  let answer = script
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk))
    const n = received.push({ headers: request.headers, body: Buffer.concat(chunks), at: Date.now() }) - 1
    const said = answer(n)
    if (said === 'silence') return
    const { status, headers } = typeof said === 'number' ? { status: said, headers: {} } : said
    response.writeHead(status, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = z.object({ port: z.int() }).parse(server.address())

  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    types: () => received.map(({ body }) => z.object({ type: z.string() }).parse(JSON.parse(body.toString())).type),
    answerWith: (next: Script): void => {
      answer = next
    },
    /** Settles when that many have come. */
    async until(count: number): Promise<void> {
      while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
