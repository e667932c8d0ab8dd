import { exact, useNow } from '../format.ts'
import { type Translate, useWords } from '../i18n.ts'

/** How long ago, in words; the exact time in the viewer's zone on hover. */
export function Time({ at }: { at: string }) {
  const { t, language } = useWords()
  const now = useNow()
  return (
    <time
      dateTime={at}
      onPointerEnter={({ currentTarget }) => {
        // Not before somebody wants it: the names of all zones are read for the first one.
        currentTarget.title = exact(at, language)
      }}
    >
      {relative(at, now, t)}
    </time>
  )
}

/** The same as text, for use inside a sentence. */
export function useAge(): (at: string) => string {
  const { t } = useWords()
  const now = useNow()
  return (at) => relative(at, now, t)
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** "2 min. ago". In words of ours: making what Intl has for it took longer than drawing most of the first page. */
function relative(instant: string, now: number, t: Translate): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 5) return t('time.now')
  const [unit, length] = units.find(([, length]) => size >= length) ?? units[3]
  return t(`time.${seconds < 0 ? 'ago' : 'ahead'}.${unit}`, { count: Math.trunc(size / length) })
}
