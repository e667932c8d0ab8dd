import { odooParcel } from '../../shared/events.ts'

/** An event as it came, alone or in a parcel. */
export interface Letter {
  webhookId: string
  payload: Buffer
}

/** How a parcel begins: what does not is not parsed for it. */
const OPENING = Buffer.from('{"type":"parcel"')

/**
 * The events of a parcel, each as if it had come alone; undefined when the body is no parcel. One that cannot be read is an
 * unreadable event like any other.
 */
export function unpack(body: Buffer): Letter[] | undefined {
  if (!body.subarray(0, OPENING.length).equals(OPENING)) return undefined
  const parsed = odooParcel.safeParse(jsonOf(body))
  return parsed.data?.data.events.map(({ webhook_id, body }) => ({
    webhookId: webhook_id,
    payload: Buffer.from(JSON.stringify(body)),
  }))
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    // Not swallowed: without events it goes the way of every unreadable body, into the dead letters.
    return undefined
  }
}
