/** Who may do what: read by the server, which enforces it, and by the panel, which does not offer what would be refused. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** As a list: the first line that fits says the least role. Reading is for everybody who is signed in. */
const rights: readonly (readonly [methods: string, path: RegExp, least: Role])[] = [
  ['*', /^\/users(\/|$)/, 'admin'],
  ['GET HEAD', /^/, 'viewer'],
  // What holds for all that comes from now on, whom the bridge tells, how both sides are reached, and people's data.
  [
    '*',
    /^\/(entities|sweeps|connections|pairing|setup|alerts\/settings|alerts\/test|anomaly-rules|loads|persons)(\/|$)/,
    'admin',
  ],
  ['*', /^\/mappings\/[^/]+\/(activate|rollback)$/, 'admin'],
  // Everything else mends or decides one thing at a time.
  ['*', /^/, 'operator'],
]
/** An operator looks whether a side answers, and reads now what would be read in a moment. */
const exceptions: readonly (readonly [path: RegExp, least: Role])[] = [
  [/^\/connections\/[^/]+\/test$/, 'operator'],
  [/^\/sweeps\/[^/]+\/run$/, 'operator'],
  // A conflict is one thing; bringing over a whole catalogue is not.
  [/^\/loads\/[^/]+\/decisions$/, 'operator'],
]

/** The least role that may do this. Pure. @param given the path below /api, or its template such as `/users/{user}` */
export function roleFor(method: string, given: string): Role {
  // Routes are found in any case, and with a slash behind them.
  const path = given.toLowerCase().replace(/\/+$/, '')
  const exception = exceptions.find(([pattern]) => pattern.test(path))
  if (exception && method === 'POST') return exception[1]
  const line = rights.find(
    ([methods, pattern]) => (methods === '*' || methods.split(' ').includes(method)) && pattern.test(path),
  )
  return line?.[2] ?? 'admin'
}

/** Whether a role is at least another. */
export const reaches = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least)
