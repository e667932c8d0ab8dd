import { type Request, Router } from 'express'
import { z } from 'zod'
import type { components } from '../panel/schema.d.ts'
import type { UsersPort } from './ports.ts'
import { Refusal } from './problem.ts'
import { roles } from './rights.ts'
import { sessionOf, USER } from './session.ts'
import { instant } from './views.ts'

type Schemas = components['schemas']

/** Who signs in, and what they may do. A changed role holds with the next click, a changed password ends every session. */
export function userRoutes(users: UsersPort): Router {
  const router = Router()
  const list = async (): Promise<Schemas['Users']> => ({
    items: (await users.list()).map(({ name, role, createdAt, createdBy, seenAt }) => ({
      name,
      role,
      createdAt: instant(createdAt),
      createdBy,
      seenAt: seenAt === null ? null : instant(seenAt),
    })),
  })

  router.get('/users', async (_req, res) => {
    res.json(await list())
  })

  router.post('/users', async (req, res) => {
    const given = newUser.parse(req.body ?? {})
    if (given.name.toLowerCase() === USER || !(await users.add(given, sessionOf(res).user)))
      throw new Refusal(409, 'name_taken', `There is a user ${given.name} already.`, 'Choose another name.')
    res.json(await list())
  })

  router.patch('/users/:user', async (req, res) => {
    const change = userChange.parse(req.body ?? {})
    const name = nameOf(req)
    // Whoever took their own right away could not give it back.
    if (change.role !== undefined && name === sessionOf(res).user) throw own()
    if (!(await users.change(name, change, sessionOf(res).user))) throw nobody(name)
    res.json(await list())
  })

  router.delete('/users/:user', async (req, res) => {
    const name = nameOf(req)
    if (name === sessionOf(res).user) throw own()
    if (!(await users.remove(name, sessionOf(res).user))) throw nobody(name)
    res.json(await list())
  })

  return router
}

const nameOf = (req: Request): string => String(req.params.user).slice(0, 100)

const name = z.string().regex(/^[A-Za-z0-9][\w.@-]{1,59}$/, 'has 2 to 60 letters, digits, and . _ @ -')
const password = z.string().min(12, 'has at least 12 characters').max(200)
const newUser = z.strictObject({ name, role: z.enum(roles), password })
const userChange = z
  .strictObject({ role: z.enum(roles).optional(), password: password.optional() })
  .refine((change) => change.role !== undefined || change.password !== undefined, 'needs a role or a password')

const nobody = (who: string) =>
  new Refusal(404, 'no_such_user', `There is no user ${who}.`, 'Reload the page: somebody may have removed them.')
const own = () =>
  new Refusal(
    409,
    'own_user',
    'You cannot take your own rights away.',
    'Ask another admin, or sign in as the first admin: the name is "admin".',
  )
