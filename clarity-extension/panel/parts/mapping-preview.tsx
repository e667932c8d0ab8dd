import { NativeSelect } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { shown } from '../format.ts'
import { useWords } from '../i18n.ts'
import { refreshLists } from '../queries.ts'
import type { RuleSet } from '../rules.ts'
import { Button } from './button.tsx'
import { ConfirmButton } from './confirm.tsx'
import styles from './mapping-preview.module.css'
import { May } from './may.tsx'
import { Empty, Failure } from './notice.tsx'
import { PreviewCounts } from './preview-counts.tsx'
import { complain, toast } from './toast.tsx'

type Preview = Schemas['MappingPreview']
const amounts = ['50', '200', '500', '1000'] as const

/** What these rules would write differently for the events that were: counted by field, then event by event. */
export function MappingPreview({ mapping, rules }: { mapping: Schemas['Mapping']; rules: RuleSet }) {
  const { t } = useWords()
  const [which, setWhich] = useState('200')
  const preview = useMutation({
    mutationFn: () =>
      take(
        api.POST('/mappings/{mapping}/preview', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: { rules, ...(which.startsWith('v') ? { version: Number(which.slice(1)) } : { last: Number(which) }) },
        }),
      ),
  })
  return (
    <>
      <May do="post /mappings/{mapping}/preview">
        <form
          className={styles.bar}
          onSubmit={(event) => {
            event.preventDefault()
            preview.mutate()
          }}
        >
          <NativeSelect
            size="xs"
            label={t('mappings.previewOver')}
            value={which}
            onChange={(event) => setWhich(event.currentTarget.value)}
            data={[
              ...amounts.map((count) => ({ value: count, label: t('mappings.lastEvents', { count: Number(count) }) })),
              ...mapping.versions
                .filter(({ records }) => records > 0)
                .map(({ number }) => ({ value: `v${number}`, label: t('mappings.writtenBy', { version: number }) })),
            ]}
          />
          <Button type="submit" size="xs" loading={preview.isPending}>
            {t('mappings.runPreview')}
          </Button>
          <p className="muted">{t('mappings.nothingWritten')}</p>
        </form>
      </May>
      <div aria-live="polite">
        {preview.data && <Report preview={preview.data} name={mapping.name} />}
        {preview.isError && <Failure error={preview.error} retry={() => preview.mutate()} />}
      </div>
    </>
  )
}

function Report({ preview, name }: { preview: Preview; name: string }) {
  const { t } = useWords()
  const { tried } = preview
  if (tried === 0) return <Empty icon="inbox" title={t('mappings.noEvents')} text={t('mappings.noEventsText')} />
  return (
    <>
      <h2 className={styles.title}>{t('mappings.tried', { count: tried })}</h2>
      <PreviewCounts {...preview} />
      {preview.fields.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={`card ${styles.fields}`} tabIndex={0} aria-label={t('mappings.byField')}>
          <table>
            <caption>{t('mappings.byField')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('mappings.field')}</th>
                <th scope="col">{t('mappings.howOften')}</th>
                <th scope="col">{t('mappings.before')}</th>
                <th scope="col">{t('mappings.after')}</th>
              </tr>
            </thead>
            <tbody>
              {preview.fields.slice(0, 50).map(({ field, count, before, after }) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td className="number">{count}</td>
                  <td>
                    <code>{shown(before)}</code>
                  </td>
                  <td>
                    <code>{shown(after)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {preview.items.length > 0 && <Items preview={preview} name={name} />}
    </>
  )
}

function Items({ preview, name }: { preview: Preview; name: string }) {
  const { t } = useWords()
  const waiting = preview.items.filter(({ verdict }) => verdict === 'released').map(({ eventId }) => eventId)
  const replay = useMutation({
    mutationFn: () =>
      take(
        api.POST('/mappings/{mapping}/replay', {
          params: { path: { mapping: name }, header: csrf },
          body: { ids: waiting },
        }),
      ),
    onSuccess: ({ moved }) => {
      refreshLists()
      toast(t('mappings.replayed', { count: moved }))
    },
    onError: complain,
  })
  return (
    <>
      <div className={styles.itemsHead}>
        <h2>{t('mappings.byEvent')}</h2>
        {waiting.length > 0 && (
          <May do="post /mappings/{mapping}/replay">
            <ConfirmButton
              label={t('mappings.release', { count: waiting.length })}
              title={t('mappings.releaseTitle', { count: waiting.length })}
              text={t('mappings.releaseText')}
              busy={replay.isPending}
              onConfirm={() => replay.mutate()}
            />
          </May>
        )}
      </div>
      <ul className={`card ${styles.items}`}>
        {preview.items.map((item) => (
          <li key={item.eventId}>
            <details>
              <summary>
                <span className={styles.subject}>{item.subject}</span>
                <span className={styles.verdict} data-kind={item.verdict}>
                  {t(`mappings.verdict.${item.verdict}`)}
                </span>
                <span className="muted">{t('mappings.changes', { count: item.changes.length })}</span>
              </summary>
              <ul className={styles.changes}>
                {item.changes.map((change) => (
                  <li key={change.at}>
                    <code className={styles.at}>{change.at}</code>
                    {'before' in change && (
                      <del>
                        <code>{shown(change.before)}</code>
                      </del>
                    )}
                    {'after' in change && (
                      <ins>
                        <code>{shown(change.after)}</code>
                      </ins>
                    )}
                  </li>
                ))}
              </ul>
              <Link to="/activity/$id" params={{ id: item.eventId }} className="link">
                {t('mappings.openEvent')}
              </Link>
            </details>
          </li>
        ))}
      </ul>
    </>
  )
}
