import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { showMapping } from '../queries.ts'
import { mergedRules, type RuleSet } from '../rules.ts'
import { Button } from './button.tsx'
import { Json } from './json.tsx'
import styles from './mapping-merge.module.css'
import { May } from './may.tsx'
import { complain, toast } from './toast.tsx'

/** Somebody else changed the same rules: what both did, rule by rule, and a choice where they differ. */
export function MappingMerge(props: {
  merge: Schemas['MappingMerge']
  mapping: Schemas['Mapping']
  rules: RuleSet
  /** The rules that came of it; undefined: the person went back. */
  done: (rules?: RuleSet) => void
}) {
  const { mapping, rules, done } = props
  const { t } = useWords()
  const [merge, setMerge] = useState(props.merge)
  const [choices, setChoices] = useState<Record<string, 'theirs' | 'yours'>>({})
  const changed = merge.parts.filter(({ state }) => state !== 'same')
  const open = changed.filter(({ key, state }) => state === 'conflict' && !choices[key])
  const save = useMutation({
    mutationFn: () =>
      take(
        api.PUT('/mappings/{mapping}/draft', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: {
            seen: merge.seen,
            base: merge.base,
            rules: mergedRules(rules, merge, (key) => choices[key] ?? 'yours'),
          },
        }),
      ),
    onSuccess: (saved) => {
      showMapping(saved)
      toast(t('mappings.merged'))
      done(saved.draft?.rules ?? saved.rules)
    },
    onError: (error) => {
      const again = error instanceof ApiError ? error.problem?.merge : undefined
      if (again) setMerge(again)
      else complain(error)
    },
  })
  return (
    <section aria-label={t('mappings.mergeTitle')}>
      <div className={styles.head}>
        <h2>{t('mappings.mergeTitle')}</h2>
        <p className="muted">{t('mappings.mergeText', { count: merge.conflicts })}</p>
      </div>
      <ul className={styles.parts}>
        {changed.map((part) => (
          <li key={part.key} className="card" data-state={part.state}>
            <div className={styles.title}>
              <h3>
                <code>{part.key.replace(/^rules\//, '')}</code>
              </h3>
              <span className="muted">{t(`mappings.merge.${part.state}`)}</span>
              {part.state === 'conflict' && (
                <fieldset className={styles.choice}>
                  <legend className="hidden">{t('mappings.choose', { rule: part.key })}</legend>
                  {(['theirs', 'yours'] as const).map((side) => (
                    <label key={side}>
                      <input
                        type="radio"
                        name={part.key}
                        checked={choices[part.key] === side}
                        onChange={() => setChoices({ ...choices, [part.key]: side })}
                      />
                      {t(`mappings.take_${side}`)}
                    </label>
                  ))}
                </fieldset>
              )}
            </div>
            <div className={styles.sides}>
              <Side label={t('mappings.side.base')} value={part.base} />
              <Side label={t('mappings.side.theirs')} value={part.theirs} />
              <Side label={t('mappings.side.yours')} value={part.yours} />
            </div>
          </li>
        ))}
      </ul>
      <May do="put /mappings/{mapping}/draft">
        <div className={styles.buttons}>
          <Button size="sm" disabled={open.length > 0} loading={save.isPending} onClick={() => save.mutate()}>
            {t('mappings.saveMerged')}
          </Button>
          <Button size="sm" variant="default" onClick={() => done()}>
            {t('common.cancel')}
          </Button>
          {open.length > 0 && <span className="muted">{t('mappings.toChoose', { count: open.length })}</span>}
        </div>
      </May>
    </section>
  )
}

function Side({ label, value }: { label: string; value: unknown }) {
  const { t } = useWords()
  return (
    <div className={styles.side}>
      <h4>{label}</h4>
      {value === undefined ? <p className="muted">{t('mappings.notThere')}</p> : <Json value={value} label={label} />}
    </div>
  )
}
