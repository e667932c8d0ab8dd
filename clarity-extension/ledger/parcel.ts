import { odooParcel } from '../../shared/events.ts'
import { jsonOf } from '../../shared/json.ts'

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
  // What is no JSON is not swallowed: without events it goes the way of every unreadable body, into the dead letters.
  const parsed = odooParcel.safeParse(jsonOf(body.toString('utf8')))
  return parsed.data?.data.events.map(({ webhook_id, body }) => ({
    webhookId: webhook_id,
    payload: Buffer.from(JSON.stringify(body)),
  }))
}
