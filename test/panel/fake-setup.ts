import type { PairingState } from '../../clarity-extension/connections/pairing.ts'
import type { SetupPort, SetupStep } from '../../clarity-extension/http/ports.ts'
import type { FakeLedger } from './fake-ledger.ts'

const TEN_MINUTES = 10 * 60_000
const nobody: PairingState = { state: 'none', expiresAt: null, odoo: null, failure: null, connectedAt: null }

/** First steps in memory: done, unless a test begins them; `calls` is Odoo, who brings the code. */
export class FakeSetup implements SetupPort {
  publicUrl: string | undefined = 'https://bridge.example.com'
  told: PairingState = nobody
  at: { step: SetupStep; done: boolean } = { step: 'clarity', done: true }
  readonly #ledger: Pick<FakeLedger, 'broken' | 'now' | 'moves'>

  constructor(ledger: Pick<FakeLedger, 'broken' | 'now' | 'moves'>) {
    this.#ledger = ledger
  }

  readonly pairing: SetupPort['pairing'] = {
    begin: async (bridge, by) => {
      this.#check()
      const expiresAt = this.#ledger.now() + TEN_MINUTES
      this.#ledger.moves.push(`pairing.begin by ${by}`)
      this.told = { ...nobody, state: 'waiting', expiresAt }
      return { code: `clarity-0a1b2c3d-AbCdEfGhIjKlMnOpQrStUv@${bridge}`, expiresAt }
    },
    cancel: async () => {
      this.#check()
      this.told = { ...this.told, state: 'void' }
    },
    state: async () => {
      this.#check()
      return this.told
    },
  }

  readonly progress: SetupPort['progress'] = {
    read: async () => {
      this.#check()
      return this.at
    },
    change: async (to) => {
      this.#check()
      this.at = { step: to.step ?? this.at.step, done: to.done ?? this.at.done }
    },
  }

  calls(failure?: Omit<NonNullable<PairingState['failure']>, 'at'>): void {
    const odoo = {
      url: 'https://erp.example.com',
      database: 'main',
      login: 'clarity-bridge',
      moduleVersion: '19.0.1.0.0',
      odooVersion: '19.0',
    }
    const now = this.#ledger.now()
    this.told = failure
      ? { ...this.told, odoo, failure: { ...failure, at: now } }
      : { ...this.told, state: 'connected', odoo, failure: null, connectedAt: now }
  }

  #check(): void {
    if (this.#ledger.broken) throw new Error('the store is away')
  }
}
