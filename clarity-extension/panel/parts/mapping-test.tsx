import { Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { parse, type RuleSet } from '../rules.ts'
import { useTold } from '../told.ts'
import { Button } from './button.tsx'
import { Json } from './json.tsx'
import styles from './mapping-test.module.css'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'

/** One event, stored or pasted, and beside it what these rules would write. Nothing is written. */
export function MappingTest({ mapping, rules }: { mapping: Schemas['Mapping']; rules: RuleSet }) {
  const { t } = useWords()
  const [id, setId] = useState('')
  const [pasted, setPasted] = useState('')
  const event = pasted.trim() === '' ? undefined : parse(pasted)
  const number = id.trim().replace(/^#/, '')
  const unreadable = pasted.trim() !== '' && event === undefined
  const test = useMutation({
    mutationFn: () =>
      take(
        api.POST('/mappings/{mapping}/test', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: { rules, ...(event !== undefined ? { event } : /^\d+$/.test(number) ? { eventId: number } : {}) },
        }),
      ),
  })
  return (
    <div className={styles.columns}>
      <May do="post /mappings/{mapping}/test">
        <form
          className={styles.form}
          onSubmit={(submit) => {
            submit.preventDefault()
            test.mutate()
          }}
        >
          <TextInput
            label={t('mappings.eventNumber')}
            description={t('mappings.eventNumberHelp')}
            value={id}
            onChange={(change) => setId(change.currentTarget.value)}
          />
          <Textarea
            label={t('mappings.paste')}
            description={t('mappings.pasteHelp')}
            value={pasted}
            onChange={(change) => setPasted(change.currentTarget.value)}
            error={unreadable ? t('mappings.unreadable') : undefined}
            rows={14}
            spellCheck={false}
            classNames={{ input: styles.json ?? '' }}
          />
          <Button type="submit" size="sm" loading={test.isPending} disabled={unreadable}>
            {t('mappings.runTest')}
          </Button>
        </form>
      </May>
      <div aria-live="polite" className={styles.result}>
        {test.data ? (
          <Result test={test.data} />
        ) : test.isError ? (
          <Failure error={test.error} />
        ) : (
          <p className="muted">{t('mappings.noTest')}</p>
        )}
      </div>
    </div>
  )
}

function Result({ test }: { test: Schemas['MappingTest'] }) {
  const { t } = useWords()
  const told = useTold()
  return (
    <>
      <h2>{t(`mappings.ending.${test.ending}`, { defaultValue: test.ending })}</h2>
      {test.event && (
        <p className="muted">{t('mappings.ofEvent', { id: test.event.id, subject: test.event.subject })}</p>
      )}
      {test.message && <p>{told(test.message)}</p>}
      {test.problems.length > 0 && (
        <ul className={styles.problems}>
          {test.problems.map((problem) => (
            <li key={`${problem.code} ${problem.field} ${problem.target}`}>
              <strong>{told(problem.message)}</strong>
              <span className="muted">
                {[problem.field, problem.target].filter(Boolean).join(' → ')}{' '}
                {t(`remedy.${problem.code}`, { defaultValue: told(problem.remedy) })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {test.masked && <p className="muted">{t('mappings.masked')}</p>}
      {Object.entries(test.writes).map(([what, values]) => (
        <section key={what}>
          <h3 className={styles.what}>
            <code>{what}</code>
          </h3>
          <Json value={values} label={what} />
        </section>
      ))}
    </>
  )
}
