import type { Source } from '../../shared/events.ts'
import type { SignatureFault } from '../../shared/signature.ts'

/** Notices that a side signs with a secret that the bridge does not know, or with a clock that is off. */
export interface SignatureWatch {
  refused(source: Source, fault: SignatureFault): void
  accepted(source: Source): void
  /** Since when everything of this side is refused, unix ms; undefined while it is not. */
  refusedSince(source: Source): number | undefined
}

export interface SignatureWatchParts {
  notice(title: string, text: string): void
  /** It is over. */
  clear(title: string): void
  now?: () => number
}

/** A stranger who knocks is refused and nobody is woken; a side whose every event is refused sends more than these. */
const ENOUGH = 3

export function createSignatureWatch({ notice, clear, now = Date.now }: SignatureWatchParts): SignatureWatch {
  const runs = new Map<Source, { since: number; count: number; told: boolean }>()

  return {
    refused(source, fault) {
      const run = runs.get(source) ?? { since: now(), count: 0, told: false }
      runs.set(source, run)
      run.count += 1
      if (run.told || run.count < ENOUGH) return
      run.told = true
      notice(titles[source], texts[fault])
    },
    accepted(source) {
      if (!runs.has(source)) return
      runs.delete(source)
      clear(titles[source])
    },
    refusedSince: (source) => runs.get(source)?.since,
  }
}

const titles = {
  clarity: "The storefront's webhooks are refused",
  odoo: "Odoo's webhooks are refused",
} as const

const secret =
  'Their signature is made with a secret that the bridge does not know. Replace the webhook secret under Connections, or enter the one that is used there. What was refused is sent again.'
const clock =
  'Their time stamps are more than five minutes off. Switch time synchronisation on at both servers; what was refused is sent again.'
const texts: Record<SignatureFault, string> = {
  bad_signature: secret,
  missing_header:
    'They carry no signature. Check what stands between that side and the bridge: it must pass headers on.',
  bad_timestamp: clock,
  too_old: clock,
  too_new: clock,
}
