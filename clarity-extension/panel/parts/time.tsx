import { useTranslation } from 'react-i18next'
import { exact, relative, useNow } from '../format.ts'

/** How long ago, in words; the exact time in the viewer's zone on hover. */
export function Time({ at }: { at: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  return (
    <time
      dateTime={at}
      onPointerEnter={({ currentTarget }) => {
        // Not before somebody wants it: the names of all zones are read for the first one.
        currentTarget.title = exact(at, i18n.language)
      }}
    >
      {relative(at, now, i18n.language, t('time.now'))}
    </time>
  )
}

/** The same as text, for use inside a sentence. */
export function useAge(): (at: string) => string {
  const { t, i18n } = useTranslation()
  const now = useNow()
  return (at) => relative(at, now, i18n.language, t('time.now'))
}
