import { NativeSelect, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useAddress } from '../address.ts'
import { useWords } from '../i18n.ts'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { SuggestionRow } from '../parts/suggestion-row.tsx'
import { suggestedEntities, suggestionsQuery } from '../queries.ts'
import styles from './suggestions.module.css'

/** What every field of the storefront probably is in Odoo. Nothing is mapped otherwise until a person has made it live. */
export function SuggestionsPage() {
  const { t } = useWords()
  const [given, change] = useAddress()
  const entity = suggestedEntities.find((one) => one === given.get('entity')) ?? 'order'
  const own = given.get('own') === 'only'
  const made = useQuery(suggestionsQuery(entity))
  const all = made.data?.items ?? []
  const items = own ? all.filter(({ path }) => path.includes('attributes.')) : all
  return (
    <>
      <title>{`${t('suggestions.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('suggestions.lead')}</p>
      <div className={styles.filter}>
        <NativeSelect
          aria-label={t('suggestions.entity')}
          value={entity}
          onChange={(event) => change({ entity: event.currentTarget.value })}
          data={suggestedEntities.map((value) => ({ value, label: t(`suggestions.entityName.${value}`) }))}
        />
        <Switch
          label={t('suggestions.onlyOwn')}
          checked={own}
          onChange={(event) => change({ own: event.currentTarget.checked ? 'only' : '' })}
        />
        {made.data && made.data.model !== 'off' && made.data.model !== 'not_needed' && (
          <p className={styles.model}>{t(`suggestions.model.${made.data.model}`)}</p>
        )}
      </div>
      {made.isPending && (
        <div className={styles.bones} role="status" aria-label={t('common.loading')}>
          <Skeleton height={72} />
          <Skeleton height={72} />
          <Skeleton height={72} />
        </div>
      )}
      {made.isError && <Failure error={made.error} retry={() => void made.refetch()} />}
      {made.isSuccess && items.length === 0 && (
        <Empty icon="inbox" title={t('suggestions.empty')} text={t('suggestions.emptyText')} />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`}>
          {items.map((suggestion) => (
            <SuggestionRow key={suggestion.path} entity={entity} suggestion={suggestion} />
          ))}
        </ul>
      )}
    </>
  )
}
