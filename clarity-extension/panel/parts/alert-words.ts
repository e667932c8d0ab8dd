import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { useTold } from '../told.ts'
import { causes as english } from '../words/en/causes.ts'
import { useSweepName } from './sweep-row.tsx'

type Alert = Pick<Schemas['Alert'], 'key' | 'title' | 'text'>
type Said = { title: string; text: string }

/** What an alert says in this person's language. The server says it in English, as it goes into mail and chat; a cause, a schedule or a rule is named anew. */
export function useAlertWords(): (alert: Alert) => Said {
  const { t, language } = useWords()
  const told = useTold()
  const sweepName = useSweepName()
  const of = (code: string) => ({
    name: t(`cause.${code}`, { defaultValue: code }),
    meaning: t(`meaning.${code}`, { defaultValue: '' }),
    remedy: t(`remedy.${code}`, { defaultValue: '' }),
  })

  const record = (rule: string, code: string, { title, text }: Alert): Said => {
    const { name, meaning, remedy } = of(code)
    return {
      title: t(`alerts.told.${rule}`, { count: Number.parseInt(title, 10), cause: name }),
      text: meaning && remedy ? `${meaning} ${remedy}` : text,
    }
  }

  const refused = (side: string, { title, text }: Alert): Said => {
    const [, message = '', waiting = '0', ownRemedy = ''] =
      /^(.*?) ?(\d+) records wait; nothing is lost\. ?(.*)$/s.exec(text) ?? []
    const code = codeCalled(title.replace(/^.* refuses us: /, ''))
    const { name, remedy } = of(code)
    const what = / refuses us: /.test(title) ? 'refuses' : 'silent'
    const parts = [told(message), t('alerts.told.wait', { count: Number(waiting) }), remedy || ownRemedy]
    return {
      title: t(`alerts.told.${what}`, { side: t(`alerts.side.${side}`), cause: name }),
      text: parts.filter(Boolean).join(' '),
    }
  }

  return (alert) => {
    if (language === 'en') return alert
    const [rule = '', about = '', ...more] = alert.key.split(':')
    if (rule === 'dead_letters' || rule === 'reviews') return record(rule, family(about), alert)
    if (rule === 'authentication' && / records wait; /.test(alert.text)) return refused(about, alert)
    if (rule === 'stalled_sweep') {
      const [, count, unit, rest = ''] =
        /^It last ended well (\d+) (minutes|hours) ago\. ?(.*)$/s.exec(alert.text) ?? []
      return {
        title: t('alerts.told.stalled', { name: sweepName([about, ...more].join(':')) }),
        text: [t(`alerts.told.wellBefore.${unit}`, { count: Number(count) }), told(rest)].filter(Boolean).join(' '),
      }
    }
    if (rule === 'anomaly') {
      const what = t(`anomalies.rule.${about}`, { defaultValue: about })
      const sentences = alert.text.split(/(?= Order \S+ is held until| \d+ orders are held until)/)
      return {
        title: t('alerts.told.anomaly', { what: [what, ...more.filter(Boolean)].join(', ') }),
        text: sentences.map(told).join(''),
      }
    }
    return { title: told(alert.title), text: told(alert.text) }
  }
}

/** A value table's own code is one family: see shared/causes.ts. */
const family = (code: string): string => (code.startsWith('unmapped_') ? 'unmapped' : code)

const codeCalled = (name: string): string =>
  Object.entries<string>(english.cause).find(([, called]) => called === name)?.[0] ?? name
