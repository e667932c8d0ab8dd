/** `npm run mapping -- export|import|test|preview`: the rule sets of a running bridge from a shell. JSON goes to stdout, words to stderr. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const HELP = `npm run mapping -- <command>

  export [NAME …] [--version N]       the live rules (or version N of one rule set) as JSON
  import FILE [--activate --note WHY] the rule sets of a file as drafts; with --activate they map at once
  test NAME [--event ID | --file FILE] [--rules FILE]
                                      what one event would write: a stored one, a pasted one, or the newest
  preview NAME [--last N | --version N] [--rules FILE]
                                      what the draft (or a file) would write differently; nothing is written

  FILE may be - for standard input. The bridge is at --url (BRIDGE_URL, else http://127.0.0.1:PORT);
  its password is read from ADMIN_PASSWORD.

Ends with 0 when all is well, 1 when rules are refused or an event would fail, 2 for a wrong command,
3 when the bridge does not answer or does not let you in.
`

export interface Shell {
  args: string[]
  env: Record<string, string | undefined>
  out(text: string): void
  err(text: string): void
}

const options = {
  url: { type: 'string' },
  version: { type: 'string' },
  activate: { type: 'boolean', default: false },
  note: { type: 'string' },
  event: { type: 'string' },
  file: { type: 'string' },
  rules: { type: 'string' },
  last: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

class Ending extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** @returns the exit code */
export async function mapping(shell: Shell): Promise<number> {
  try {
    const { values, positionals } = parsed(shell.args)
    const [command, ...names] = positionals
    if (values.help || command === undefined) {
      shell.err(HELP)
      return values.help ? 0 : 2
    }
    const run = commands[command]
    if (!run) throw new Ending(2, `There is no command “${command}”.\n\n${HELP}`)
    const url = values.url ?? shell.env.BRIDGE_URL ?? `http://127.0.0.1:${shell.env.PORT ?? '4000'}`
    return await run({ ...values, names, shell, ask: await signedIn(url, shell.env.ADMIN_PASSWORD) })
  } catch (error) {
    if (!(error instanceof Ending)) throw error
    shell.err(`${error.message}\n`)
    return error.code
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new Ending(2, `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

type Ask = (method: string, path: string, body?: object) => Promise<{ status: number; body: unknown }>
type Given = ReturnType<typeof parsed>['values'] & { names: string[]; shell: Shell; ask: Ask }

const commands: Record<string, (given: Given) => Promise<number>> = {
  async export({ names, version, ask, shell }) {
    if (version !== undefined && names.length !== 1) throw new Ending(2, 'Name the one rule set that --version is of.')
    const wanted = names.length > 0 ? names : (await listed(ask)).map(({ name }) => name)
    const mappings = []
    for (const name of wanted) {
      const path = version === undefined ? '' : `/versions/${version}`
      const answer = good(await ask('GET', `/mappings/${name}${path}`))
      mappings.push(version === undefined ? z.object({ rules: z.unknown() }).parse(answer).rules : answer)
    }
    print(shell, names.length === 1 ? mappings[0] : { mappings })
    return 0
  },

  async import({ names, activate, note, ask, shell }) {
    const [file] = names
    if (file === undefined) throw new Ending(2, 'Name the file to import, or - for standard input.')
    if (activate && !note?.trim()) throw new Ending(2, 'Say why with --note, for those who come after.')
    const done = []
    for (const rules of setsOf(readJson(file))) {
      const before = mappingShape.parse(good(await ask('GET', `/mappings/${rules.name}`)))
      if (before.draft) {
        throw new Ending(
          1,
          `${rules.name} has a draft by ${before.draft.by} already. Activate or discard it in the panel first.`,
        )
      }
      const saved = mappingShape.parse(good(await ask('PUT', `/mappings/${rules.name}/draft`, { seen: 0, rules })))
      for (const fault of saved.draft?.faults ?? []) shell.err(`${rules.name} ${fault.at}: ${fault.message}\n`)
      if (!activate) {
        done.push({ name: rules.name, draft: saved.draft?.revision })
        continue
      }
      const live = await ask('POST', `/mappings/${rules.name}/activate`, { seen: saved.draft?.revision, note })
      const unchanged = live.status === 409 && problem.safeParse(live.body).data?.code === 'unchanged'
      if (unchanged) good(await ask('DELETE', `/mappings/${rules.name}/draft`))
      const now = unchanged ? before : mappingShape.parse(good(live))
      done.push({ name: rules.name, live: now.live, unchanged })
    }
    print(shell, { imported: done })
    return 0
  },

  async test({ names, event, file, rules, ask, shell }) {
    const name = one(names)
    const body = {
      ...(rules !== undefined && { rules: readJson(rules) }),
      ...(event !== undefined && { eventId: event }),
      ...(file !== undefined && { event: readJson(file) }),
    }
    const answer = z.looseObject({ ending: z.string() }).parse(good(await ask('POST', `/mappings/${name}/test`, body)))
    print(shell, answer)
    return answer.ending === 'mapped' || answer.ending === 'skip' ? 0 : 1
  },

  async preview({ names, last, version, rules, ask, shell }) {
    const name = one(names)
    const body = {
      ...(rules !== undefined && { rules: readJson(rules) }),
      ...(last !== undefined && { last: Number(last) }),
      ...(version !== undefined && { version: Number(version) }),
    }
    const answer = z
      .looseObject({ tried: z.number(), changed: z.number(), released: z.number(), broken: z.number() })
      .parse(good(await ask('POST', `/mappings/${name}/preview`, body)))
    print(shell, answer)
    const { tried, changed, released, broken } = answer
    shell.err(`${tried} records: ${changed} written differently, ${released} released, ${broken} broken\n`)
    return broken > 0 ? 1 : 0
  },
}

async function listed(ask: Ask): Promise<{ name: string }[]> {
  return z.object({ items: z.array(z.object({ name: z.string() })) }).parse(good(await ask('GET', '/mappings'))).items
}

function one(names: string[]): string {
  const [name] = names
  if (name === undefined || names.length > 1) throw new Ending(2, 'Name one rule set, e.g. order-to-odoo.')
  return name
}

const setShape = z.looseObject({ name: z.string(), rules: z.array(z.unknown()) })
const fileShape = z.object({ mappings: z.array(setShape).min(1) })
const fault = z.object({ at: z.string(), message: z.string() })
const mappingShape = z.object({
  live: z.number(),
  draft: z.object({ by: z.string(), revision: z.number(), faults: z.array(fault) }).nullable(),
})
const problem = z.object({
  code: z.string(),
  detail: z.string(),
  remedy: z.string(),
  faults: z.array(fault).optional(),
})

function setsOf(json: unknown): z.infer<typeof setShape>[] {
  const several = fileShape.safeParse(json)
  if (several.success) return several.data.mappings
  const single = setShape.safeParse(json)
  if (single.success) return [single.data]
  throw new Ending(1, 'The file holds neither a rule set nor {"mappings": [rule sets]}, as export writes it.')
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new Ending(1, `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function good({ status, body }: { status: number; body: unknown }): unknown {
  if (status < 400) return body
  const said = problem.safeParse(body)
  if (!said.success) throw new Ending(1, `The bridge answered ${status}.`)
  const { detail, remedy, faults = [] } = said.data
  throw new Ending(1, [detail, ...faults.map(({ at, message }) => `  ${at}: ${message}`), remedy].join('\n'))
}

const print = (shell: Shell, value: unknown): void => shell.out(`${JSON.stringify(value, null, 2)}\n`)

async function signedIn(url: string, password: string | undefined): Promise<Ask> {
  if (!password) throw new Ending(3, 'Set ADMIN_PASSWORD: the password of the panel.')
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  const ask: Ask = async (method, path, body) => {
    const response = await reached(url, () =>
      fetch(`${url}/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) }),
    )
    const text = await response.text()
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
    if (cookies.length > 0) headers.cookie = cookies.join('; ')
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const session = await ask('POST', '/session', { name: 'admin', password })
  const token = z.object({ csrfToken: z.string() }).safeParse(session.body)
  if (!token.success) {
    throw new Ending(3, problem.safeParse(session.body).data?.detail ?? `${url} is not a bridge.`)
  }
  headers['x-csrf-token'] = token.data.csrfToken
  return ask
}

async function reached(url: string, send: () => Promise<Response>): Promise<Response> {
  try {
    return await send()
  } catch {
    throw new Ending(3, `No bridge answers at ${url}. Is it running? Say where with --url.`)
  }
}

if (import.meta.main) {
  process.exitCode = await mapping({
    args: process.argv.slice(2),
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
}
