import { newWebhookId, signHeaders } from '../../shared/signature.ts'

/** Webhooks of the storefront by the test's own hand, signed as it would. Each answers with the status of the answer. */
export function teller(bridge: { url: string }, secret: string) {
  async function send(body: Buffer, id = newWebhookId()): Promise<number> {
    const headers = { ...signHeaders(body, [secret], id, Date.now() / 1000) }
    const response = await fetch(`${bridge.url}/webhooks/clarity`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    })
    await response.arrayBuffer()
    return response.status
  }
  return {
    send,
    deliver: ({ type, data }: { type: string; data: unknown }, id?: string): Promise<number> =>
      send(Buffer.from(JSON.stringify({ type, timestamp: new Date().toISOString(), data })), id),
  }
}
