import { type Answer, fault } from './answer.ts'
import { choose } from './auto.ts'
import { json2 } from './json2.ts'
import { jsonrpc } from './jsonrpc.ts'
import type { Settings } from './options.ts'

/** Carries one `POST /json/2/<model>/<method>` to Odoo in its own way. Never throws for what the far side does. */
export type Send = (request: Request) => Promise<Answer>

/**
 * The transport as a fetch for openapi-fetch: whatever wire is underneath, the answer is JSON, either the method's value
 * with 200 or a `Fault` with an error status.
 */
export function transportOf(settings: Settings): (request: Request) => Promise<Response> {
  const send = sender(settings)
  return async (request) => {
    const answer = await send(request)
    if (answer.kind === 'value') return Response.json(answer.value ?? null)
    return Response.json(answer, { status: FAULT_STATUS })
  }
}

/** The fault inside a response of `transportOf`. */
export const faultOf = (body: unknown) => fault.parse(body)

const FAULT_STATUS = 502

function sender(settings: Settings): Send {
  if (settings.transport === 'json2') return json2(settings)
  if (settings.transport === 'jsonrpc') return jsonrpc(settings)
  return choose(settings, { json2, jsonrpc })
}
