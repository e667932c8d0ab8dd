import type { ConnectionDesk, ConnectionFacts } from '../../clarity-extension/http/ports.ts'
import { refused } from '../../shared/outcome.ts'
import type { FakeLedger } from './fake-ledger.ts'

const HOUR = 60 * 60_000

/** Both sides' settings in memory: a key can be replaced while its side is up, and `wrong` is a value that does not work. */
export function fakeConnectionDesk(
  ledger: Pick<FakeLedger, 'broken' | 'now' | 'status' | 'moves' | 'refusesKeys'>,
): ConnectionDesk {
  const fields: Record<'clarity' | 'odoo', ConnectionFacts['fields']> = {
    clarity: [
      { name: 'baseUrl', secret: false, value: 'https://shop.example.com/api/v1' },
      { name: 'tokenUrl', secret: false, value: 'https://shop.example.com/oauth/token' },
      { name: 'clientId', secret: false, value: 'bridge' },
      { name: 'clientSecret', secret: true, value: null },
    ],
    odoo: [
      { name: 'url', secret: false, value: 'https://odoo.example.com' },
      { name: 'db', secret: false, value: 'main' },
      { name: 'login', secret: false, value: 'clarity-bridge' },
      { name: 'apiKey', secret: true, value: null },
      { name: 'transport', secret: false, value: 'auto' },
    ],
  }
  let key = { endsAt: ledger.now() + 9 * 24 * HOUR, previousUntil: null as number | null }
  const overlap: Record<string, number | null> = { clarity: null, odoo: null }
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  const isUp = (name: string) => ledger.status.some((one) => one.name === name && one.state === 'up')

  return {
    async facts(name) {
      check()
      return {
        circuit: 'closed',
        lastError: isUp(name)
          ? null
          : { cause: 'unauthorized', message: 'Odoo refuses the key: it has expired.', at: ledger.now() - 14 * 60_000 },
        key: name === 'odoo' ? key : null,
        secrets: { count: overlap[name] ? 2 : 1, overlapUntil: overlap[name] ?? null },
        fields: fields[name],
      }
    },
    async change(name, { settings }, by) {
      check()
      if (Object.values(settings).includes('wrong'))
        return {
          name: 'Credentials',
          ok: false,
          message: 'Odoo refuses the API key.',
          remedy: 'Make a new key for the service user in Odoo and enter it here.',
          ms: 20,
        }
      fields[name] = fields[name].map((field) =>
        field.secret ? field : { ...field, value: settings[field.name] ?? field.value },
      )
      ledger.moves.push(`${name} ${Object.keys(settings).join(', ')} by ${by}`)
      return undefined
    },
    async rotateKey(by) {
      check()
      if (ledger.refusesKeys) return { ok: false, outcome: refused('odoo', 'unauthorized', 'Odoo refuses the key.') }
      key = { endsAt: ledger.now() + 365 * 24 * HOUR, previousUntil: ledger.now() + 20_000 }
      ledger.moves.push(`key by ${by}`)
      return { ok: true, value: key }
    },
    async rotateSecret(name, by) {
      check()
      overlap[name] = ledger.now() + HOUR
      ledger.moves.push(`secret of ${name} by ${by}`)
      return { ok: true, value: overlap[name] }
    },
  }
}
