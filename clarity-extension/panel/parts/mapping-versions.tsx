import { FileButton } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { mappingRecordsQuery, refreshLists, showMapping } from '../queries.ts'
import { isRuleSet, parse, type RuleSet } from '../rules.ts'
import { Button } from './button.tsx'
import { ConfirmButton } from './confirm.tsx'
import styles from './mapping-versions.module.css'
import { May } from './may.tsx'
import { Empty, Failure } from './notice.tsx'
import { useAge } from './time.tsx'
import { complain, toast } from './toast.tsx'

type Mapping = Schemas['Mapping']
type Version = Schemas['MappingVersion']

/** Every version: who, when, why, what it wrote; back to it, out of here as a file, and in again. */
export function MappingVersions({ mapping, edit }: { mapping: Mapping; edit: (rules: RuleSet) => void }) {
  const { t } = useWords()
  const [shown, setShown] = useState<number>()
  const readFile = async (file: File | null) => {
    const given = file ? parse(await file.text()) : undefined
    if (isRuleSet(given) && given.name === mapping.name) {
      edit(given)
      toast(t('mappings.imported'))
    } else if (file) toast(t('mappings.notThisMapping', { name: mapping.name }), 'bad')
  }
  return (
    <>
      <div className={styles.bar}>
        <May do="put /mappings/{mapping}/draft">
          <FileButton accept="application/json,.json" onChange={(file) => void readFile(file)}>
            {(props) => (
              <Button {...props} size="xs" variant="default">
                {t('mappings.import')}
              </Button>
            )}
          </FileButton>
        </May>
        <p className="muted">{t('mappings.importText')}</p>
      </div>
      <ul className={`card ${styles.list}`}>
        {mapping.versions.map((version) => (
          <li key={version.number}>
            <Row
              mapping={mapping}
              version={version}
              edit={edit}
              open={shown === version.number}
              toggle={() => setShown(shown === version.number ? undefined : version.number)}
            />
            {shown === version.number && <Records mapping={mapping} version={version} />}
          </li>
        ))}
      </ul>
    </>
  )
}

function Row(props: {
  mapping: Mapping
  version: Version
  edit: (rules: RuleSet) => void
  open: boolean
  toggle: () => void
}) {
  const { mapping, version, edit, open, toggle } = props
  const { t } = useWords()
  const age = useAge()
  const { number } = version
  const live = number === mapping.live
  const path = { mapping: mapping.name, version: number }
  const rollBack = useMutation({
    mutationFn: (note: string) =>
      take(
        api.POST('/mappings/{mapping}/rollback', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: { to: number, note },
        }),
      ),
    onSuccess: (now) => {
      showMapping(now)
      toast(t('mappings.activated', { version: now.live }))
    },
    onError: complain,
  })
  const read = () => take(api.GET('/mappings/{mapping}/versions/{version}', { params: { path } }))
  const download = useMutation({
    mutationFn: read,
    onSuccess: (rules) => saveFile(`${mapping.name}-${number}.json`, JSON.stringify(rules, null, 2)),
    onError: complain,
  })
  const load = useMutation({
    mutationFn: read,
    onSuccess: (rules) => {
      edit(rules)
      toast(t('mappings.imported'))
    },
    onError: complain,
  })
  return (
    <div className={styles.row}>
      <span className={styles.number}>
        <strong>{t('mappings.version', { version: number })}</strong>
        {live && <span className={styles.live}>{t('mappings.mapsNow')}</span>}
      </span>
      <span className={styles.why}>
        {version.delivered ? t('mappings.deliveredNote') : version.note}
        <span className="muted">
          {version.delivered ? age(version.at) : t('mappings.madeBy', { by: version.by, age: age(version.at) })}
        </span>
      </span>
      <span className={styles.actions}>
        <Button size="xs" variant="subtle" color="gray" aria-expanded={open} onClick={toggle}>
          {t('mappings.records', { count: version.records })}
        </Button>
        <Button size="xs" variant="subtle" color="gray" loading={download.isPending} onClick={() => download.mutate()}>
          {t('mappings.export')}
        </Button>
        <May do="put /mappings/{mapping}/draft">
          <Button size="xs" variant="subtle" color="gray" loading={load.isPending} onClick={() => load.mutate()}>
            {t('mappings.editFrom')}
          </Button>
        </May>
        {!live && (
          <May do="post /mappings/{mapping}/rollback">
            <ConfirmButton
              label={t('mappings.rollBack')}
              title={t('mappings.rollBackTitle', { version: number })}
              text={t('mappings.rollBackText')}
              reason={{ label: t('mappings.why'), placeholder: t('mappings.whyExample') }}
              busy={rollBack.isPending}
              onConfirm={(note) => rollBack.mutate(note)}
            />
          </May>
        )}
      </span>
    </div>
  )
}

function Records({ mapping, version }: { mapping: Mapping; version: Version }) {
  const { t } = useWords()
  const age = useAge()
  const records = useInfiniteQuery(mappingRecordsQuery(mapping.name, version.number))
  const rows = records.data?.pages.flatMap(({ items }) => items) ?? []
  const replay = useMutation({
    mutationFn: () =>
      take(
        api.POST('/mappings/{mapping}/replay', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: { version: version.number },
        }),
      ),
    onSuccess: ({ moved }) => {
      refreshLists()
      toast(t('mappings.replayed', { count: moved }))
    },
    onError: complain,
  })
  if (records.isError) return <Failure error={records.error} retry={() => void records.refetch()} />
  if (records.isPending) return <p className={`muted ${styles.records}`}>{t('common.loading')}</p>
  if (rows.length === 0) {
    return <Empty icon="inbox" title={t('mappings.noRecords')} text={t('mappings.noRecordsText')} />
  }
  return (
    <div className={styles.records}>
      <div className={styles.bar}>
        <May do="post /mappings/{mapping}/replay">
          <ConfirmButton
            label={t('mappings.replayRecords')}
            title={t('mappings.replayTitle', { version: version.number })}
            text={t('mappings.replayText')}
            busy={replay.isPending}
            onConfirm={() => replay.mutate()}
          />
        </May>
      </div>
      <ul>
        {rows.map((row) => (
          <li key={`${row.kind} ${row.clarityId}`} className={styles.record}>
            <span>
              {row.eventId ? <EventLink id={row.eventId} text={row.subject ?? row.clarityId} /> : row.clarityId}
            </span>
            <span className="muted">{row.odooName ?? row.odooModel ?? ''}</span>
            <span className="muted">
              {age(row.writtenAt)}
              {row.superseded && ` · ${t('mappings.superseded')}`}
            </span>
          </li>
        ))}
      </ul>
      {records.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          className="more"
          loading={records.isFetchingNextPage}
          onClick={() => void records.fetchNextPage()}
        >
          {t('mappings.more')}
        </Button>
      )}
    </div>
  )
}

const EventLink = ({ id, text }: { id: string; text: string }) => (
  <Link to="/activity/$id" params={{ id }} className="link">
    {text}
  </Link>
)

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
