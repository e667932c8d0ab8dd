import { TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useAddress, useAddressText } from '../address.ts'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { lookupQuery, refreshLookups } from '../queries.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { LookupHistory } from './lookup-history.tsx'
import { LookupPicker } from './lookup-picker.tsx'
import styles from './lookup-table.module.css'
import { May } from './may.tsx'
import { Empty, Failure } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'
import { Time } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Value = Schemas['LookupValue']

/** One table's values: those that records wait for first. */
export function LookupTable({ name }: { name: string }) {
  const { t } = useWords()
  const [text, q, type] = useAddressText('q')
  const [given, change] = useAddress()
  const onlyOpen = given.get('show') === 'open'
  const [picking, setPicking] = useState<Value | undefined>()
  const values = useInfiniteQuery(lookupQuery(name, { ...(q && { q }), ...(onlyOpen && { show: 'open' as const }) }))
  const items = values.data?.pages.flatMap((page) => page.items) ?? []
  const [first] = values.data?.pages ?? []
  const filtered = q !== '' || onlyOpen
  return (
    <section aria-labelledby="lookup-title" className={styles.table}>
      <header>
        <h2 id="lookup-title">{t(`lookups.table.${name}`, { defaultValue: first?.title ?? name })}</h2>
        {first && <p className="muted">{t(`lookups.about.${name}`, { defaultValue: first.about })}</p>}
      </header>
      <div className={styles.filter}>
        <TextInput
          className={styles.search}
          aria-label={t('lookups.search')}
          placeholder={t('lookups.search')}
          leftSection={<Icon name="search" size={15} />}
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <Button
          size="sm"
          variant={onlyOpen ? 'light' : 'default'}
          aria-pressed={onlyOpen}
          onClick={() => change({ show: onlyOpen ? '' : 'open' })}
        >
          {t('lookups.onlyOpen')}
        </Button>
      </div>
      {values.isPending && (
        <div className={styles.bones} role="status" aria-label={t('common.loading')}>
          <Skeleton height={58} />
          <Skeleton height={58} />
          <Skeleton height={58} />
        </div>
      )}
      {values.isError && items.length === 0 && <Failure error={values.error} retry={() => void values.refetch()} />}
      {values.isSuccess && items.length === 0 && (
        <Empty
          icon={filtered ? 'search' : 'inbox'}
          title={t(filtered ? 'lookups.noMatch' : 'lookups.empty')}
          text={t(filtered ? 'lookups.noMatchText' : 'lookups.emptyText')}
        />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`} aria-busy={values.isPlaceholderData}>
          {items.map((value) => (
            <Row key={value.key} table={name} value={value} onMap={() => setPicking(value)} />
          ))}
        </ul>
      )}
      {values.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          loading={values.isFetchingNextPage}
          onClick={() => void values.fetchNextPage()}
        >
          {t('lookups.more')}
        </Button>
      )}
      <LookupHistory table={name} />
      {picking && <LookupPicker table={name} value={picking} close={() => setPicking(undefined)} />}
    </section>
  )
}

function Row({ table, value, onMap }: { table: string; value: Value; onMap: () => void }) {
  const { t } = useWords()
  const { key, name, state, waiting, why, seen, examples, removable, mapped } = value
  return (
    <li className={styles.row} data-state={state}>
      <div className={styles.what}>
        <strong className={styles.key}>{key === '*' ? t('lookups.everyOther') : key}</strong>
        {name !== null && name !== key && <span className="muted">{name}</span>}
        <p className={styles.facts}>
          {waiting > 0 && <span className={styles.waits}>{t('lookups.waits', { count: waiting })}</span>}
          {seen > 0 && <span>{t('lookups.seen', { count: seen })}</span>}
          {examples.length > 0 && <span>{t('lookups.examples', { list: examples.join(', ') })}</span>}
          {value.by !== null && value.at !== null && (
            <span>
              {value.by}, <Time at={value.at} />
            </span>
          )}
        </p>
        {waiting > 0 && why !== null && <p className={styles.why}>{why}</p>}
      </div>
      <Result value={value} />
      <div className={styles.actions}>
        {waiting > 0 && mapped && <Release table={table} name={key} />}
        {removable && <Remove table={table} name={key} />}
        <May do="put /lookups/{table}/entry">
          <Button size="xs" variant={state === 'waiting' ? 'filled' : 'default'} onClick={onMap}>
            {t(mapped && value.entry === key ? 'lookups.change' : 'lookups.map')}
            <span className="hidden"> {key}</span>
          </Button>
        </May>
      </div>
    </li>
  )
}

function Result({ value }: { value: Value }) {
  const { t } = useWords()
  const { mapped, result, shown, entry, key, state } = value
  if (!mapped) return <p className={styles.none}>{t('lookups.none')}</p>
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  return (
    <p className={styles.result}>
      <Icon name="skip" size={14} />
      <span>
        {shown ?? text}
        {shown !== null && shown !== text && <span className="muted"> {text}</span>}
        {entry !== key && <span className={styles.origin}>{t('lookups.byEvery')}</span>}
        {state === 'delivered' && entry === key && <span className={styles.origin}>{t('lookups.delivered')}</span>}
      </span>
    </p>
  )
}

/** Puts what waits back in line after the record was mended in Odoo. */
function Release({ table, name }: { table: string; name: string }) {
  const { t } = useWords()
  const release = useMutation({
    mutationFn: () =>
      take(api.POST('/lookups/{table}/release', { params: { path: { table }, header: csrf }, body: { key: name } })),
    onSuccess: ({ moved }) => {
      refreshLookups()
      toast(t('lookups.released', { count: moved }))
    },
    onError: complain,
  })
  return (
    <May do="post /lookups/{table}/release">
      <Button size="xs" variant="default" loading={release.isPending} onClick={() => release.mutate()}>
        {t('lookups.release')}
        <span className="hidden"> {name}</span>
      </Button>
    </May>
  )
}

function Remove({ table, name }: { table: string; name: string }) {
  const { t } = useWords()
  const remove = useMutation({
    mutationFn: () =>
      take(api.DELETE('/lookups/{table}/entry', { params: { path: { table }, query: { key: name }, header: csrf } })),
    onSuccess: () => {
      refreshLookups()
      toast(t('lookups.removed', { name }))
    },
    onError: complain,
  })
  return (
    <May do="delete /lookups/{table}/entry">
      <Button size="xs" variant="subtle" color="gray" loading={remove.isPending} onClick={() => remove.mutate()}>
        {t('lookups.remove')}
        <span className="hidden"> {name}</span>
      </Button>
    </May>
  )
}
