import { NativeSelect, Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { number } from '../format.ts'
import { useWords } from '../i18n.ts'
import { entitiesQuery, queryClient, refreshLists, sweepsQuery } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './entity-card.module.css'
import { May } from './may.tsx'
import { Time, useAge } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Entity = Schemas['Entity']
type Way = Entity['directions'][number]
type Owner = Entity['owners'][number]

/** One entity: its switches, what a switch left out, and whose fields are whose. */
export function EntityCard({ entity }: { entity: Entity }) {
  const { t, language } = useWords()
  const title = useId()
  const change = useChange(entity.name)
  return (
    <article className={`card ${styles.card}`} aria-labelledby={title}>
      <header className={styles.head}>
        <h2 id={title}>{t(`entity.${entity.name}`)}</h2>
        {entity.linked !== null && (
          <span className={`muted number ${styles.linked}`}>
            {t('entities.linked', { count: entity.linked, number: number(entity.linked, language) })}
          </span>
        )}
      </header>
      <ul className={styles.ways}>
        {entity.directions.map((way) => (
          <Direction key={way.name} entity={entity.name} way={way} change={change} />
        ))}
      </ul>
      {entity.owners.length > 0 && (
        <May do="patch /entities/{entity}">
          <div className={styles.owners}>
            {entity.owners.map((owner) => (
              <OwnerRow key={owner.group} entity={entity.name} owner={owner} change={change} />
            ))}
          </div>
        </May>
      )}
    </article>
  )
}

type Change = ReturnType<typeof useChange>

function Direction({ entity, way, change }: { entity: Entity['name']; way: Way; change: Change }) {
  const { t } = useWords()
  const label = t(`entities.way.${way.name}`)
  return (
    <li className={styles.way}>
      <May do="patch /entities/{entity}">
        <Switch
          checked={way.enabled}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ directions: { [way.name]: event.currentTarget.checked } })}
          label={label}
          aria-label={`${t(`entity.${entity}`)}, ${label}`}
          size="sm"
        />
      </May>
      <span className={`muted ${styles.fact}`}>
        {way.lastSyncAt ? (
          <>
            {t('entities.last')} <Time at={way.lastSyncAt} />
          </>
        ) : (
          t('entities.never')
        )}
      </span>
      <span className={styles.actions}>
        {way.skipped > 0 && <Replay entity={entity} way={way} />}
        <SyncNow entity={entity} way={way} />
      </span>
    </li>
  )
}

/** What arrived while the switch was off. */
function Replay({ entity, way }: { entity: Entity['name']; way: Way }) {
  const { t } = useWords()
  const age = useAge()
  const replay = useMutation({
    mutationFn: () =>
      take(
        api.POST('/entities/{entity}/{direction}/replay', {
          params: { path: { entity, direction: way.name }, header: csrf },
          body: {},
        }),
      ),
    onSuccess: ({ moved }) => {
      toast(t('entities.replayed', { count: moved }))
      void queryClient.invalidateQueries(entitiesQuery)
      refreshLists()
    },
    onError: complain,
  })
  const skipped = t('entities.skipped', { count: way.skipped, age: way.skippedSince ? age(way.skippedSince) : '' })
  return (
    <>
      <span className={styles.skipped}>{skipped}</span>
      {way.enabled && (
        <May do="post /entities/{entity}/{direction}/replay">
          <Button variant="default" size="xs" loading={replay.isPending} onClick={() => replay.mutate()}>
            {t('entities.replay')}
          </Button>
        </May>
      )}
    </>
  )
}

function SyncNow({ entity, way }: { entity: Entity['name']; way: Way }) {
  const { t } = useWords()
  const { data } = useQuery(sweepsQuery)
  const sweep = `${entity} ${way.name}`
  const run = useMutation({
    mutationFn: () => take(api.POST('/sweeps/{sweep}/run', { params: { path: { sweep }, header: csrf } })),
    onSuccess: ({ began }) => {
      toast(t(began ? 'sweeps.began' : 'sweeps.already'))
      void queryClient.invalidateQueries(sweepsQuery)
    },
    onError: complain,
  })
  if (!way.enabled || !data?.items.some(({ name }) => name === sweep)) return null
  return (
    <May do="post /sweeps/{sweep}/run">
      <Button
        variant="default"
        size="xs"
        loading={run.isPending}
        aria-label={`${t('entities.syncNow')}: ${t(`entity.${entity}`)}, ${t(`entities.way.${way.name}`)}`}
        onClick={() => run.mutate()}
      >
        {t('entities.syncNow')}
      </Button>
    </May>
  )
}

function OwnerRow({ entity, owner, change }: { entity: Entity['name']; owner: Owner; change: Change }) {
  const { t } = useWords()
  const { group, side, otherwise } = owner
  const name = `${t(`entity.${entity}`)}, ${t(`entities.group.${group}`)}`
  const choose = (choice: Partial<Owner>) =>
    change.mutate({ owners: { [group]: { side: choice.side ?? side, otherwise: choice.otherwise ?? otherwise } } })
  return (
    <div className={styles.owner}>
      <span className={styles.group}>{t(`entities.group.${group}`)}</span>
      <NativeSelect
        size="xs"
        aria-label={`${name}: ${t('entities.record')}`}
        value={side}
        disabled={change.isPending}
        onChange={(event) => choose({ side: event.currentTarget.value === 'clarity' ? 'clarity' : 'odoo' })}
        data={(['clarity', 'odoo'] as const).map((value) => ({ value, label: t(`entities.recordIs.${value}`) }))}
      />
      <NativeSelect
        size="xs"
        aria-label={`${name}: ${t('entities.otherwise')}`}
        value={otherwise}
        disabled={change.isPending}
        onChange={(event) => choose({ otherwise: event.currentTarget.value === 'propose' ? 'propose' : 'ignore' })}
        data={(['ignore', 'propose'] as const).map((value) => ({
          value,
          label: t(`entities.otherwiseIs.${value}.${side === 'clarity' ? 'odoo' : 'clarity'}`),
        }))}
      />
    </div>
  )
}

function useChange(entity: Entity['name']) {
  const { t } = useWords()
  return useMutation({
    mutationFn: (body: Schemas['EntityChange']) =>
      take(api.PATCH('/entities/{entity}', { params: { path: { entity }, header: csrf }, body })),
    onSuccess: (changed) => {
      queryClient.setQueryData(entitiesQuery.queryKey, (before: Schemas['Entities'] | undefined) =>
        before ? { items: before.items.map((one) => (one.name === changed.name ? changed : one)) } : before,
      )
      toast(t('entities.saved'))
    },
    onError: complain,
  })
}
