import type { RequestHandler } from 'express'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'
import type { Role } from './session-token.ts'

/** Who may do what, as a list: the first line that fits says the least role. Reading is for everybody who is signed in. */
const rights: readonly (readonly [methods: string, path: RegExp, least: Role])[] = [
  ['*', /^\/users(\/|$)/, 'admin'],
  ['GET HEAD', /^/, 'viewer'],
  // What holds for all that comes from now on, whom the bridge tells, how both sides are reached, and people's data.
  ['*', /^\/(entities|sweeps|connections|alerts\/settings|alerts\/test|anomaly-rules|loads|persons)(\/|$)/, 'admin'],
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

const order: readonly Role[] = ['viewer', 'operator', 'admin']

/** The least role that may do this. Pure. */
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

/** Behind `required`: what a role may not do is refused here, whatever the page shows. */
export const allowed: RequestHandler = (req, res, next) => {
  const { role } = sessionOf(res)
  const least = roleFor(req.method, req.path)
  if (order.indexOf(role) < order.indexOf(least))
    throw new Refusal(
      403,
      'not_allowed',
      `This takes the role ${least}; yours is ${role}.`,
      `Ask somebody who is ${least === 'admin' ? 'an admin' : 'an operator or admin'}, or to be given the role.`,
    )
  next()
}
