import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { refreshLists } from '../queries.ts'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import styles from './replay-range.module.css'
import { complain, toast } from './toast.tsx'

/** Everything that failed in a time, whatever its cause: after an outage, or a mapping that was wrong for two days. */
export function ReplayRange() {
  const { t } = useWords()
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const replay = useMutation({
    mutationFn: () =>
      take(
        api.POST('/failures/replay', {
          params: { header: csrf },
          body: {
            state: 'dead',
            from: new Date(from).toISOString(),
            ...(to ? { to: new Date(to).toISOString() } : {}),
          },
        }),
      ),
    onSuccess: ({ moved }) => {
      refreshLists()
      toast(t('attention.replayed', { count: moved }))
    },
    onError: complain,
  })
  return (
    <May do="post /failures/replay">
      <form
        className={`card ${styles.range}`}
        onSubmit={(event) => {
          event.preventDefault()
          replay.mutate()
        }}
      >
        <div>
          <h2>{t('attention.timeTitle')}</h2>
          <p className="muted">{t('attention.rangeText')}</p>
        </div>
        <TextInput
          type="datetime-local"
          label={t('attention.from')}
          value={from}
          required
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('attention.to')}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button variant="default" size="sm" type="submit" loading={replay.isPending} disabled={!from}>
          {t('event.replay')}
        </Button>
      </form>
    </May>
  )
}
