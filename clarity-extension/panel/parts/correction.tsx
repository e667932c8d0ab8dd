import { Group, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { eventQuery, queryClient, refreshLists } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './correction.module.css'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { May } from './may.tsx'
import { Refused } from './notice.tsx'
import { complain, toast } from './toast.tsx'

/** Writes another message in place of the one that came. It is shown in full for that, which is recorded. */
export function CorrectButton({ event }: { event: Schemas['Event'] }) {
  const { t } = useWords()
  const params = { params: { path: { id: event.id }, header: csrf } }
  const reveal = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/reveal', params)),
    onError: complain,
  })
  return (
    <>
      <May do="post /events/{id}/correct">
        <Button variant="default" size="xs" loading={reveal.isPending} onClick={() => reveal.mutate()}>
          {t('correction.open')}
        </Button>
      </May>
      {reveal.data && <Editor event={event} body={reveal.data.body} onClose={() => reveal.reset()} />}
    </>
  )
}

/** Milliseconds without typing after which the bridge is asked what it thinks. */
const PAUSE = 300

function Editor(props: { event: Schemas['Event']; body: unknown; onClose: () => void }) {
  const { t } = useWords()
  const { event, onClose } = props
  const params = { params: { path: { id: event.id }, header: csrf } }
  const [text, setText] = useState(() => JSON.stringify(props.body, null, 2))
  const body = parse(text)
  const check = useMutation({
    mutationFn: (candidate: Record<string, unknown>) =>
      take(api.POST('/events/{id}/check', { ...params, body: { body: candidate } })),
  })
  const save = useMutation({
    mutationFn: (candidate: Record<string, unknown>) =>
      take(api.POST('/events/{id}/correct', { ...params, body: { body: candidate } })),
    onSuccess: (trace) => {
      queryClient.setQueryData(eventQuery(event.id).queryKey, trace)
      refreshLists()
      toast(t('correction.saved'))
      onClose()
    },
  })
  const ask = check.mutate
  useEffect(() => {
    const candidate = parse(text)
    if (!candidate) return
    const timer = setTimeout(() => ask(candidate), PAUSE)
    return () => clearTimeout(timer)
  }, [text, ask])
  const problems = body ? (check.data?.problems ?? []) : [{ field: '', message: t('correction.notJson') }]
  return (
    <Dialog onClose={onClose} title={t('correction.title')} size="xl" centered={false}>
      <p className="muted">{t('correction.text')}</p>
      <Textarea
        mt="md"
        label={t('correction.message')}
        value={text}
        onChange={(change) => setText(change.currentTarget.value)}
        classNames={{ input: styles.editor ?? '' }}
        rows={18}
        spellCheck={false}
        data-autofocus
      />
      <div className={styles.verdict} role="status">
        {problems.length === 0 ? (
          <p className={styles.good}>
            <Icon name="check" size={14} /> {t(check.isPending ? 'correction.checking' : 'correction.fits')}
          </p>
        ) : (
          <ul className={styles.problems}>
            {problems.map((problem) => (
              <li key={`${problem.field} ${problem.message}`}>
                {problem.field && <code>{problem.field}</code>} {problem.message}
              </li>
            ))}
          </ul>
        )}
        {save.error && <Refused error={save.error} />}
      </div>
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" size="sm" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button
          size="sm"
          loading={save.isPending}
          disabled={!body || problems.length > 0}
          onClick={() => body && save.mutate(body)}
        >
          {t('correction.save')}
        </Button>
      </Group>
    </Dialog>
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
