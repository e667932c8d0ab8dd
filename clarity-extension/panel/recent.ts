/** Pages and records that this person opened last, on this device; forgotten with sign-out. */
export interface Recent {
  to: string
  label: string
}

export function recents(): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, MOST) : []
  } catch {
    // Somebody else's text under our key.
    return []
  }
}

export function remember(recent: Recent): void {
  const others = recents().filter(({ to }) => to !== recent.to)
  localStorage.setItem(KEY, JSON.stringify([recent, ...others].slice(0, MOST)))
}

export const forgetRecents = (): void => localStorage.removeItem(KEY)

const KEY = 'recent'
const MOST = 6
const isRecent = (value: unknown): value is Recent =>
  typeof value === 'object' &&
  value !== null &&
  'to' in value &&
  'label' in value &&
  typeof value.to === 'string' &&
  value.to.startsWith('/') &&
  typeof value.label === 'string'
