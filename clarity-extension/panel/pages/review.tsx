import { NativeSelect } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAddress } from '../address.ts'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { reviewsQuery } from '../queries.ts'
import { useTold } from '../told.ts'
import styles from './review.module.css'

/** Decisions that wait, who waited longest first. */
export function ReviewPage() {
  const { t } = useWords()
  const [given, change] = useAddress()
  // `-` is nobody's: an empty value stands for no filter.
  const mine = given.get('of')
  const assignee = mine === '-' ? '' : (mine ?? undefined)
  const reviews = useInfiniteQuery(reviewsQuery(assignee))
  const items = reviews.data?.pages.flatMap((page) => page.items) ?? []
  const people = reviews.data?.pages[0]?.assignees ?? []
  return (
    <>
      <p className="lead muted">{t('attention.leadDecide')}</p>
      {(people.length > 0 || assignee !== undefined) && (
        <NativeSelect
          className={styles.filter ?? ''}
          aria-label={t('review.assignee')}
          value={assignee ?? '*'}
          onChange={(event) =>
            change({ of: { '*': '', '': '-' }[event.currentTarget.value] ?? event.currentTarget.value })
          }
          data={[
            { value: '*', label: t('review.anyone') },
            { value: '', label: t('review.nobody') },
            ...people.map((who) => ({ value: who, label: who })),
          ]}
        />
      )}
      {reviews.isPending && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={160} />
        </div>
      )}
      {reviews.isError && items.length === 0 && <Failure error={reviews.error} retry={() => void reviews.refetch()} />}
      {reviews.isSuccess && items.length === 0 && (
        <Empty icon="check" title={t('review.empty')} text={t('review.emptyText')} />
      )}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`}>
          {items.map((item) => (
            <li key={item.event.id}>
              <Row item={item} />
            </li>
          ))}
        </ul>
      )}
      {reviews.hasNextPage && (
        <Button
          variant="default"
          size="sm"
          className="more"
          loading={reviews.isFetchingNextPage}
          onClick={() => void reviews.fetchNextPage()}
        >
          {t('activity.more')}
        </Button>
      )}
    </>
  )
}

function Row({ item }: { item: Schemas['Review'] }) {
  const { t } = useWords()
  const told = useTold()
  const { event, assignee, comments } = item
  return (
    <Link to="/activity/$id" params={{ id: event.id }} className={styles.row ?? ''} data-row>
      <strong>{event.subject}</strong>
      <span>{t(`cause.${event.cause}`, { defaultValue: event.cause ?? '' })}</span>
      <span className={styles.message}>{told(event.message ?? '')}</span>
      <span className="muted">
        {assignee ?? t('review.nobody')}
        {comments > 0 && ` · ${t('review.comments', { count: comments })}`}
      </span>
      <span className={styles.when}>
        <Time at={event.receivedAt} />
      </span>
    </Link>
  )
}
