import { TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { choicesQuery, refreshLists, refreshLookups } from '../queries.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import styles from './lookup-picker.module.css'
import { Failure, useSaid } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import { toast } from './toast.tsx'

type Choice = Schemas['LookupChoices']['items'][number]

/** What a value is mapped to: a search over what the other side has, one click to map. */
export function LookupPicker(props: { table: string; value: Schemas['LookupValue']; close: () => void }) {
  const { t } = useWords()
  const { table, value, close } = props
  const [q, setQ] = useState('')
  const choices = useQuery(choicesQuery(table, { q, key: value.key }))
  const save = useMutation({
    mutationFn: ({ result, name }: Pick<Choice, 'result' | 'name'>) =>
      take(
        api.PUT('/lookups/{table}/entry', {
          params: { path: { table }, header: csrf },
          body: { key: value.key, result, shown: name },
        }),
      ),
    onSuccess: ({ released }, { name }) => {
      refreshLookups()
      refreshLists()
      const words = released > 0 ? 'lookups.savedReleased' : 'lookups.saved'
      toast(t(words, { name: value.key, to: name, count: released }))
      close()
    },
  })
  const typed = q.trim()
  const free = choices.data?.state === 'free' && typed !== ''
  return (
    <Dialog
      onClose={close}
      title={t('lookups.pick', { name: value.key === '*' ? t('lookups.everyOther') : value.key })}
      size="md"
    >
      <div className={styles.picker}>
        <TextInput
          data-autofocus
          aria-label={t('lookups.pickSearch')}
          placeholder={t('lookups.pickSearch')}
          leftSection={<Icon name="search" size={15} />}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        {save.isError && <Refused error={save.error} />}
        {choices.isPending && (
          <div role="status" aria-label={t('common.loading')} className={styles.bones}>
            <Skeleton height={38} />
            <Skeleton height={38} />
          </div>
        )}
        {choices.isError && !choices.data && <Failure error={choices.error} retry={() => void choices.refetch()} />}
        {choices.data && (choices.data.state === 'unreadable' || choices.data.state === 'away') && (
          <p role="alert" className={styles.note}>
            <Icon name="attention" size={16} />
            <span>
              {choices.data.message} {t(`lookups.${choices.data.state}`)}
            </span>
          </p>
        )}
        {free && (
          <Pick
            name={t('lookups.use', { text: typed })}
            detail={null}
            busy={save.isPending}
            onPick={() => save.mutate({ result: typed, name: typed })}
          />
        )}
        {choices.data && choices.data.items.length > 0 && (
          <ul className={styles.list} aria-label={t('lookups.choices')}>
            {choices.data.items.map((choice) => (
              <li key={JSON.stringify(choice.result)}>
                <Pick {...choice} busy={save.isPending} onPick={() => save.mutate(choice)} />
              </li>
            ))}
          </ul>
        )}
        {choices.data && choices.data.items.length < choices.data.total && (
          <p className="muted">{t('lookups.moreChoices', { count: choices.data.total - choices.data.items.length })}</p>
        )}
        {choices.data?.state === 'listed' && choices.data.items.length === 0 && (
          <p className="muted">{t('lookups.noChoice')}</p>
        )}
        {choices.data?.state === 'free' && choices.data.items.length === 0 && typed === '' && (
          <p className="muted">{t('lookups.typeIt')}</p>
        )}
      </div>
    </Dialog>
  )
}

function Pick(props: { name: string; detail: string | null; busy: boolean; onPick: () => void }) {
  return (
    <button type="button" className={styles.choice} disabled={props.busy} onClick={props.onPick}>
      <span>{props.name}</span>
      {props.detail !== null && <span className="muted">{props.detail}</span>}
    </button>
  )
}

function Refused({ error }: { error: Error }) {
  const { title, remedy } = useSaid(error)
  return (
    <p role="alert" className={styles.note}>
      <Icon name="attention" size={16} />
      <span>
        <strong>{title}</strong> {remedy}
      </span>
    </p>
  )
}
