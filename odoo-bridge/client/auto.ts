import { z } from 'zod'
import { answerOf, type Fault, rpcAnswerOf, silenceOf } from './answer.ts'
import type { Settings } from './options.ts'
import type { Send } from './transport.ts'

/** Asks the server for its version on the first call and remembers the wire that goes with it. */
export function choose(settings: Settings, wires: Record<Wire, (settings: Settings) => Send>): Send {
  if (!settings.apiKey) return wires.jsonrpc(settings)
  let chosen: Promise<Send | Fault> | undefined

  return async (request) => {
    chosen ??= detect(settings).then((wire) => (typeof wire === 'string' ? wires[wire](settings) : wire))
    const asked = chosen
    const found = await asked
    if (typeof found === 'function') return found(request)
    if (chosen === asked) chosen = undefined
    return found
  }
}

type Wire = 'json2' | 'jsonrpc'

const FIRST_WITH_JSON2 = 19
const ASK_MS = 10_000

async function detect(settings: Settings): Promise<Wire | Fault> {
  const signal = AbortSignal.timeout(ASK_MS)
  const { base, fetch } = settings
  try {
    const modern = await answerOf(await fetch(`${base}/web/version`, { redirect: 'manual', signal }))
    if (modern.kind === 'value') return wireFor(settings, version.safeParse(modern.value).data?.version_info)
    if (modern.kind !== 'page' || modern.status >= 500 || modern.status < 400) return modern
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: '{"jsonrpc":"2.0","params":{}}', redirect: 'manual', signal } as const
    const older = await rpcAnswerOf(await fetch(`${base}/web/webclient/version_info`, init))
    return older.kind === 'value'
      ? wireFor(settings, serverVersion.safeParse(older.value).data?.server_version_info)
      : older
  } catch (error) {
    return silenceOf(error)
  }
}

function wireFor(settings: Settings, info: (string | number)[] | undefined): Wire | Fault {
  const major = /\d+/.exec(String(info?.[0]))?.[0]
  if (!major) return { kind: 'page', status: 200, text: 'no Odoo version' }
  if (Number(major) >= FIRST_WITH_JSON2) return 'json2'
  if (settings.login) return 'jsonrpc'
  const message = `Odoo ${major} wants the login of the service user beside its key`
  return { kind: 'error', status: 401, name: 'odoo.exceptions.AccessDenied', message }
}

const info = z.array(z.union([z.string(), z.number()]))
const version = z.object({ version_info: info })
const serverVersion = z.object({ server_version_info: info })
