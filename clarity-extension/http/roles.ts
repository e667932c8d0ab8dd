import type { RequestHandler } from 'express'
import type { UsersPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { reaches, roleFor } from './rights.ts'
import { sessionOf, USER } from './session.ts'

/** Behind `required`: what a role may not do is refused here, whatever the page shows; with whom to ask. */
export const allowed =
  (users: Pick<UsersPort, 'list'>): RequestHandler =>
  async (req, res, next) => {
    const { role } = sessionOf(res)
    const least = roleFor(req.method, req.path)
    if (reaches(role, least)) return next()
    const people = (await users.list()).filter((one) => reaches(one.role, least)).map(({ name }) => name)
    const ask = [...people.slice(0, MOST_NAMED), USER]
    const refusal = new Refusal(
      403,
      'not_allowed',
      `This takes the role ${least}; yours is ${role}.`,
      `Ask ${ask.join(' or ')} to do it, or an admin to give you the role under Settings > People.`,
    )
    refusal.more.least = least
    refusal.more.ask = ask
    throw refusal
  }

const MOST_NAMED = 4
