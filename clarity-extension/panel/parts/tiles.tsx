import { Link } from '@tanstack/react-router'
import type { Overview } from '../api.ts'
import { duration, number } from '../format.ts'
import { useWords } from '../i18n.ts'
import styles from './tiles.module.css'
import { useAge } from './time.tsx'

/** The four numbers that change what a person does next; each leads to what it counts. */
export function Tiles({ overview }: { overview: Overview }) {
  const { t, language } = useWords()
  const age = useAge()
  const { counts, oldestWaitingAt, latency } = overview
  const say = (count: number) => number(count, language)
  return (
    <section aria-label={t('overview.tiles')} className={`card ${styles.tiles}`}>
      <Link to="/activity" search={{ show: 'open' }} className={styles.tile ?? ''}>
        <Tile
          label={t('overview.waitingTile')}
          value={say(counts.waiting + counts.running)}
          note={oldestWaitingAt ? t('overview.oldest', { age: age(oldestWaitingAt) }) : t('overview.nothingWaits')}
        />
      </Link>
      <Link to="/attention" className={styles.tile ?? ''}>
        <Tile
          label={t('overview.failedTile')}
          value={say(counts.failed)}
          tone={counts.failed > 0 ? 'bad' : undefined}
          note={counts.failed > 0 ? t('overview.needsYou') : t('overview.allFine')}
        />
      </Link>
      <Link to="/attention/review" className={styles.tile ?? ''}>
        <Tile
          label={t('overview.heldTile')}
          value={say(counts.held)}
          tone={counts.held > 0 ? 'warn' : undefined}
          note={counts.held > 0 ? t('overview.needsDecision') : t('overview.allFine')}
        />
      </Link>
      <Link to="/activity" search={{ show: 'delivered' }} className={styles.tile ?? ''}>
        <Tile
          label={t('overview.latency')}
          value={latency.p50Ms === null ? '–' : duration(latency.p50Ms, language)}
          note={
            latency.p99Ms === null
              ? t('overview.noLatency')
              : `${t('overview.slowest')}: ${duration(latency.p99Ms, language)}`
          }
        />
      </Link>
    </section>
  )
}

function Tile({ label, value, note, tone }: { label: string; value: string; note: string; tone?: string | undefined }) {
  return (
    <>
      <span className={styles.label}>{label}</span>
      <span className={styles.value} data-tone={tone}>
        {value}
      </span>
      <span className={styles.note}>{note}</span>
    </>
  )
}
