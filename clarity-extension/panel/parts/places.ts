import { type Role, reaches, roleFor } from '../../http/rights.ts'
import type { IconName } from './icon.tsx'

/** Where one can go: the menu, the palette and the keys (g, then the letter) all read it. */
export const places = [
  { to: '/', word: 'nav.overview', icon: 'overview', key: 'o' },
  { to: '/activity', word: 'nav.activity', icon: 'activity', key: 'a' },
  { to: '/attention', word: 'nav.attention', icon: 'attention', key: 'n' },
  { to: '/entities', word: 'nav.entities', icon: 'sync', key: 'e' },
  { to: '/reconciliation', word: 'nav.reconciliation', icon: 'scales', key: 'r' },
  { to: '/anomalies', word: 'nav.anomalies', icon: 'pulse', key: 'u' },
  { to: '/mappings', word: 'nav.mappings', icon: 'mappings', key: 'm' },
  { to: '/lookups', word: 'nav.lookups', icon: 'swap', key: 'l' },
  { to: '/connections', word: 'nav.connections', icon: 'plug', key: 'c' },
  { to: '/settings', word: 'nav.settings', icon: 'settings', key: 's' },
] as const satisfies readonly { to: string; word: string; icon: IconName; key: string }[]

/** Pages within them. @property reads what the page is made of, where not everybody may read it */
const within = [
  { to: '/attention/review', words: ['nav.attention', 'attention.toDecide'], icon: 'attention' },
  { to: '/entities/schedules', words: ['nav.entities', 'sweeps.title'], icon: 'clock' },
  { to: '/entities/first-load', words: ['nav.entities', 'load.title'], icon: 'down' },
  { to: '/settings/alerts', words: ['nav.settings', 'settings.alerts'], icon: 'settings' },
  { to: '/settings/users', words: ['nav.settings', 'settings.users'], icon: 'settings', reads: '/users' },
  { to: '/settings/audit', words: ['nav.settings', 'settings.audit'], icon: 'settings' },
  { to: '/settings/suggestions', words: ['nav.settings', 'settings.suggestions'], icon: 'settings' },
] as const satisfies readonly { to: string; words: readonly string[]; icon: IconName; reads?: string }[]

export type Destination = { to: string; words: readonly string[]; icon: IconName; key?: string }

/** Everywhere that a role may look. */
export const destinations = (role: Role): Destination[] => [
  ...places.map(({ word, ...place }) => ({ ...place, words: [word] })),
  ...within.filter((page) => !('reads' in page) || reaches(role, roleFor('GET', page.reads))),
]
