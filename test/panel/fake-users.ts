import type { UsersPort } from '../../clarity-extension/http/ports.ts'
import type { FakeLedger } from './fake-ledger.ts'

type User = Awaited<ReturnType<UsersPort['list']>>[number] & { password: string; since: number }

/** People in memory: nobody while the shop is empty, very many in a long history. */
export function fakeUsers(ledger: Pick<FakeLedger, 'broken' | 'now' | 'events'>): UsersPort {
  const made = ledger.now()
  const user = (name: string, role: User['role'], seenAt: number | null = null): User => {
    return { name, role, createdAt: made, createdBy: 'admin', seenAt, password: 'twelve letters', since: made }
  }
  const own = new Map([user('olga', 'operator', made - 3_600_000), user('vic', 'viewer')].map((one) => [one.name, one]))
  const many = Array.from({ length: 300 }, (_, n) => user(`person.${n}@shop.example.com`, 'viewer')).map(
    (one) => [one.name, one] as const,
  )
  const all = (): ReadonlyMap<string, User> => {
    if (ledger.broken) throw new Error('the store is away')
    if (ledger.events.length === 0) return new Map()
    return ledger.events.length > 1_000 ? new Map([...own, ...many]) : own
  }
  return {
    list: async () => [...all().values()].map(({ password: _, since: __, ...one }) => one),
    async standing(name) {
      const one = all().get(name)
      return one && { role: one.role, since: one.since }
    },
    async check(name, password) {
      const one = all().get(name)
      return one && one.password === password ? { role: one.role } : undefined
    },
    async add({ name, role, password }) {
      if (all().has(name)) return false
      own.set(name, { ...user(name, role), password })
      return true
    },
    async change(name, { role, password }) {
      const one = all().get(name)
      if (!one) return false
      own.set(name, {
        ...one,
        ...(role && { role }),
        ...(password !== undefined && { password, since: ledger.now() + 2_000 }),
      })
      return true
    },
    remove: async (name) => own.delete(name),
  }
}
