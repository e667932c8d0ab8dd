import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Icon } from '../parts/icon.tsx'
import { MappingEditor } from '../parts/mapping-editor.tsx'
import { MappingMerge } from '../parts/mapping-merge.tsx'
import { MappingPreview } from '../parts/mapping-preview.tsx'
import { MappingTest } from '../parts/mapping-test.tsx'
import { MappingVersions } from '../parts/mapping-versions.tsx'
import { Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import tabs from '../parts/tabs.module.css'
import { mappingQuery } from '../queries.ts'
import type { RuleSet } from '../rules.ts'
import { mappingViews } from '../search.ts'
import styles from './mapping.module.css'

const route = getRouteApi('/mappings/$name')

export function MappingPage() {
  const { t } = useWords()
  const { name } = route.useParams()
  const mapping = useQuery(mappingQuery(name))
  const title = t(`mappings.name.${name}`, { defaultValue: name })
  return (
    <>
      <title>{`${title} · ${t('product')}`}</title>
      <Link to="/mappings" className={styles.back ?? ''}>
        <Icon name="chevron" size={15} />
        {t('mappings.back')}
      </Link>
      {mapping.data ? (
        <Content key={name} mapping={mapping.data} title={title} />
      ) : mapping.isError ? (
        <Failure error={mapping.error} retry={() => void mapping.refetch()} />
      ) : (
        <div role="status" aria-label={t('common.loading')}>
          <h1>{title}</h1>
          <Skeleton height={420} above={20} />
        </div>
      )}
    </>
  )
}

function Content({ mapping, title }: { mapping: Schemas['Mapping']; title: string }) {
  const { t } = useWords()
  const { view = 'rules' } = route.useSearch()
  const [rules, setRules] = useState<RuleSet>(mapping.draft?.rules ?? mapping.rules)
  const [merge, setMerge] = useState<Schemas['MappingMerge']>()
  const revision = mapping.draft?.revision ?? 0
  const stored = mapping.draft?.rules ?? mapping.rules
  const dirty = JSON.stringify(rules) !== JSON.stringify(stored)

  // A draft that was saved, made live or thrown away is shown; what is being typed stays until then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new revision or version replaces what is on the screen
  useEffect(() => setRules(stored), [revision, mapping.live])

  return (
    <>
      <header>
        <h1>{title}</h1>
        <p className="muted">
          {t('mappings.live', { version: mapping.live })}
          {mapping.draft && ` · ${t('mappings.draftOf', { by: mapping.draft.by })}`}
          {dirty && ` · ${t('mappings.unsaved')}`}
        </p>
      </header>
      <nav className={tabs.tabs} aria-label={t('mappings.views')}>
        {mappingViews.map((one) => (
          <Link
            key={one}
            to="/mappings/$name"
            params={{ name: mapping.name }}
            search={{ view: one }}
            className={tabs.tab ?? ''}
            aria-current={one === view ? 'page' : undefined}
          >
            {t(`mappings.view.${one}`)}
          </Link>
        ))}
      </nav>
      {merge ? (
        <MappingMerge
          merge={merge}
          mapping={mapping}
          rules={rules}
          done={(next) => {
            if (next) setRules(next)
            setMerge(undefined)
          }}
        />
      ) : view === 'rules' ? (
        <MappingEditor mapping={mapping} rules={rules} change={setRules} dirty={dirty} onConflict={setMerge} />
      ) : view === 'test' ? (
        <MappingTest mapping={mapping} rules={rules} />
      ) : view === 'preview' ? (
        <MappingPreview mapping={mapping} rules={rules} />
      ) : (
        <MappingVersions mapping={mapping} edit={setRules} />
      )}
    </>
  )
}
