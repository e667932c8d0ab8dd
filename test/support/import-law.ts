import type { Import } from './import-graph.ts'

/**
 * Who may import whom, as a list: a room may enter itself and what its line names, nothing else. `*` is every room but main.
 * `packages` holds a room to these npm packages; without it a room may use any that package.json has.
 * The lists of ARCHITECTURE.md, with the rooms that building added: `delivery` sends operations in batches, `ports` binds the
 * flows' ports to real clients, `rulebook` stores the mapping's rule sets.
 */
interface Room {
  enters: readonly string[]
  packages?: readonly string[]
  /** No files, no network, no clock, no chance, no environment. */
  pure?: true
}

const law: Record<string, Room> = {
  shared: { enters: [], packages: ['zod', 'decimal.js', 'standardwebhooks'], pure: true },
  'odoo-bridge/client': { enters: ['shared'] },

  flows: { enters: ['shared', 'mapping'], packages: ['zod'], pure: true },
  mapping: {
    enters: ['shared', 'odoo-bridge/client'],
    packages: ['zod', 'decimal.js', 'jsonata', 'luxon'],
    pure: true,
  },
  // A thread that expressions run in, and the timer that ends it.
  'mapping/expressions': { enters: ['shared', 'mapping'], packages: ['zod'] },

  store: { enters: ['shared'] },
  privacy: { enters: ['shared', 'store', 'audit'] },
  audit: { enters: ['shared', 'store', 'privacy'] },
  ledger: { enters: ['shared', 'store', 'audit', 'privacy'] },
  links: { enters: ['shared', 'store', 'mapping', 'rulebook'] },
  rulebook: { enters: ['shared', 'store', 'mapping'] },
  switches: { enters: ['shared', 'store'] },
  'ledger/policy': { enters: ['shared', 'ledger'], packages: [], pure: true },

  lookups: { enters: ['shared', 'store', 'ledger', 'mapping', 'audit'] },

  clarity: { enters: ['shared'] },
  // How both sides are reached: settings kept sealed, and the clients that follow them.
  connections: { enters: ['shared', 'store', 'audit', 'privacy', 'clarity', 'odoo-bridge/client', 'config'] },
  delivery: { enters: ['shared', 'odoo-bridge/client'] },
  ports: { enters: ['*'] },
  sweep: { enters: ['shared', 'store', 'ledger', 'links', 'switches', 'clarity', 'odoo-bridge/client'] },
  reconcile: { enters: ['shared', 'store', 'ledger', 'links', 'mapping', 'clarity', 'odoo-bridge/client'] },
  // First loads: what both sides have, matched, decided and brought over by the flows.
  load: { enters: ['shared', 'store', 'privacy'] },
  watch: { enters: ['shared', 'ledger', 'store', 'audit', 'privacy'] },
  assist: {
    enters: ['shared', 'mapping'],
    packages: ['zod', 'munkres', 'fastest-levenshtein'],
    pure: true,
  },
  // It asks a language model that the merchant has named.
  'assist/model': { enters: ['shared', 'mapping', 'assist'], packages: ['zod', 'ai', '@ai-sdk/openai-compatible'] },

  http: {
    enters: [
      'shared',
      'ledger',
      'mapping',
      'lookups',
      'links',
      'switches',
      'reconcile',
      'load',
      'watch',
      'audit',
      'privacy',
      'panel types',
      'assist',
      'assist/model',
      'connections',
    ],
  },
  // Who may do what: the server enforces it, the panel does not offer what would be refused.
  'http/rights': { enters: [], packages: [], pure: true },
  panel: { enters: ['panel types', 'http/rights'] },
  // It brings the configuration of the side it stands in for.
  sandbox: { enters: ['shared', 'odoo-bridge/client', 'config'] },

  config: { enters: ['shared'] },
  'thread-limits': { enters: [] },
  handler: { enters: ['*'] },
  compose: { enters: ['*'] },
  'compose-doors': { enters: ['*'] },
  'compose-flows': { enters: ['*'] },
  'compose-panel': { enters: ['*'] },
  'compose-watch': { enters: ['*'] },
  main: { enters: ['*'] },
}

/** The room of a file; a path nobody gave a line to is its own, unknown room. */
export function roomOf(path: string): string {
  if (path === 'clarity-extension/panel/schema.d.ts') return 'panel types'
  if (path === 'clarity-extension/http/rights.ts') return 'http/rights'
  if (path.startsWith('clarity-extension/ledger/policy')) return 'ledger/policy'
  if (path.startsWith('clarity-extension/mapping/expressions/')) return 'mapping/expressions'
  if (path.startsWith('clarity-extension/assist/model/')) return 'assist/model'
  const [first, second = '', ...rest] = path.split('/')
  if (first === 'clarity-extension') return rest.length > 0 ? second : second.replace(/\.tsx?$/, '')
  if (first === 'odoo-bridge') return `${first}/${second}`
  return first ?? path
}

export const isPure = (path: string): boolean => law[roomOf(path)]?.pure === true

/** One line per import that the law does not allow. */
export function violations(imports: Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const room = law[roomOf(from)]
    if (room === undefined) return [`${from} is in no room: give ${roomOf(from)} a line in test/support/import-law.ts`]
    const trouble = isOurs(to) ? entering(room, roomOf(from), roomOf(to)) : using(room, to)
    return trouble === undefined ? [] : [`${from} -> ${to}: ${trouble}`]
  })
}

const isOurs = (to: string): boolean => /^(shared|odoo-bridge|clarity-extension)\//.test(to) || to.startsWith('..')

function entering(room: Room, from: string, to: string): string | undefined {
  if (to === 'main') return 'nobody imports main.ts'
  if (from === to || room.enters.includes('*') || room.enters.includes(to)) return undefined
  // A part of a room is inside of it for its neighbours.
  if (to.startsWith(`${from}/`) || room.enters.some((entered) => to.startsWith(`${entered}/`))) return undefined
  return `${from} may enter ${room.enters.join(', ') || 'nobody'}, not ${to}`
}

function using(room: Room, to: string): string | undefined {
  if (to.startsWith('node:')) return room.pure && to !== 'node:crypto' ? 'a pure room does no I/O' : undefined
  return room.packages === undefined || room.packages.includes(to)
    ? undefined
    : `may use ${room.packages.join(', ') || 'no package'}`
}
