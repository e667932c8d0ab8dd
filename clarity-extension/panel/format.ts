import { useSyncExternalStore } from 'react'

/** The viewer's own variant of the language, e.g. en-GB for en: it decides about 24 hours and the order of a date. */
export function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language
}

/** In the viewer's zone, to the millisecond, with the zone's name. */
export function exact(instant: string, language: string): string {
  return instants(language).format(new Date(instant))
}

/** A value of a record, which may be anything. */
export const shown = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value)

/** "340 ms", "1.4 s", "2 min 5 s". */
export function duration(ms: number, language: string): string {
  if (ms < 1000) return `${number(Math.round(ms), language)} ms`
  if (ms < 60_000) return `${number(Math.round(ms / 100) / 10, language)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** As the viewer's own variant of the language writes it. What the first page shows is written without Intl, whose first number costs as much as drawing it. */
export function number(value: number, language: string): string {
  if (value >= 0 && value < 1000) {
    if (Number.isInteger(value)) return String(value)
    const mark = MARKS[localeOf(language)]
    if (mark && Number.isInteger(value * 10)) return String(value).replace('.', mark)
  }
  return numbers(language).format(value)
}

/** Before the tenths. */
const MARKS: Record<string, string> = { en: '.', 'en-US': '.', 'en-GB': '.', de: ',', 'de-DE': ',', 'de-AT': ',' }

/** A figure to look at, not to book: four digits that say something. */
export const short = (value: number, language: string): string =>
  new Intl.NumberFormat(localeOf(language), { maximumSignificantDigits: 4 }).format(value)

/** A clock that all ages on the page share: one timer, one tick every five seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const tell of listeners) tell()
  }, 5000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** An amount as the language writes it. Intl takes decimal text as it is: no float in between. */
export function money(amount: string, currency: string, language: string): string {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(amount as `${number}`)
  } catch {
    // A currency that Intl does not know.
    return `${amount} ${currency}`
  }
}

/** Making one costs a hundred times what using it does; the first of dates costs the first page most of all it draws. */
function once<Formatter>(make: (language: string) => Formatter): (language: string) => Formatter {
  const made = new Map<string, Formatter>()
  return (language) => {
    const known = made.get(language) ?? make(language)
    made.set(language, known)
    return known
  }
}

const numbers = once((language) => new Intl.NumberFormat(localeOf(language)))
const instants = once(
  (language) =>
    new Intl.DateTimeFormat(localeOf(language), {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      timeZoneName: 'short',
    }),
)
