import { useMutation } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { refreshLoads } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './load-conflicts.module.css'
import type { Shown } from './load-rows.tsx'
import { useWhy } from './load-why.ts'
import { May } from './may.tsx'
import { complain, toast } from './toast.tsx'

type Load = Schemas['Load']

/** What a person has to decide, by cause: all of a cause at once, or one by one. */
export function LoadConflicts({ load, show }: { load: Load; show: (what: Shown) => void }) {
  const { t } = useWords()
  if (load.open.length === 0) return null
  return (
    <section className={styles.conflicts} aria-label={t('load.toDecide')}>
      <h3>{t('load.toDecide')}</h3>
      <ul>
        {load.open.map((cause) => (
          <Cause key={cause.why} load={load} cause={cause} show={show} />
        ))}
      </ul>
    </section>
  )
}

function Cause({ load, cause, show }: { load: Load; cause: Load['open'][number]; show: (what: Shown) => void }) {
  const { t } = useWords()
  const why = useWhy()(cause.why)
  const decide = useMutation({
    mutationFn: (decision: Schemas['LoadDecision']) =>
      take(
        api.POST('/loads/{id}/decisions', {
          params: { path: { id: load.id }, header: csrf },
          body: { why: cause.why, decision },
        }),
      ),
    onSuccess: ({ decided }) => toast(t('load.decided', { count: decided })),
    onError: complain,
    onSettled: refreshLoads,
  })
  return (
    <li className={styles.cause}>
      <span>
        <strong className="number">{cause.count}</strong> {why}
      </span>
      <span className={styles.choices}>
        <Button variant="default" size="xs" onClick={() => show({ why: cause.why })}>
          {t('load.look')}
        </Button>
        <May do="post /loads/{id}/decisions">
          {cause.choices.map((choice) => (
            <Button
              key={choice}
              variant="default"
              size="xs"
              disabled={decide.isPending}
              aria-label={`${t(`load.all.${choice}`)}: ${why}`}
              onClick={() => decide.mutate(choice)}
            >
              {t(`load.all.${choice}`)}
            </Button>
          ))}
        </May>
      </span>
    </li>
  )
}
