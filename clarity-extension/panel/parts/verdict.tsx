import type { Overview } from '../api.ts'
import type { Translate } from '../i18n.ts'
import { useWords } from '../i18n.ts'
import { Icon, type IconName } from './icon.tsx'
import { useAge } from './time.tsx'
import styles from './verdict.module.css'

const icons: Record<Overview['level'], IconName> = {
  quiet: 'check',
  well: 'check',
  busy: 'clock',
  attention: 'attention',
  stopped: 'pause',
}

/** The state of everything in one sentence, and one more. */
export function Verdict({ overview, level = 1 }: { overview: Overview; level?: 1 | 2 }) {
  const Heading = level === 1 ? 'h1' : 'h2'
  const { t } = useWords()
  const age = useAge()
  const [headline, detail] = sentences(overview, t, age)
  return (
    <header className={styles.verdict} data-level={overview.level}>
      <span className={styles.mark}>
        <Icon name={icons[overview.level]} size={22} />
      </span>
      <div>
        <Heading>{headline}</Heading>
        <p className="muted">{detail}</p>
      </div>
    </header>
  )
}

function sentences(
  { level, counts, connections, oldestWaitingAt }: Overview,
  t: Translate,
  age: (at: string) => string,
) {
  const waiting = counts.waiting + counts.running
  switch (level) {
    case 'quiet':
      return [t('overview.quiet'), t('overview.quietDetail')]
    case 'well':
      return [
        t('overview.well'),
        t('overview.wellDetail', {
          count: counts.deliveredLastHour,
          orders: t('overview.orders', { count: counts.ordersLastHour }),
          waiting: t('overview.waiting', { count: waiting }),
        }),
      ]
    case 'busy':
      return [
        t('overview.busy'),
        t('overview.busyDetail', { count: waiting, age: oldestWaitingAt ? age(oldestWaitingAt) : '' }),
      ]
    case 'attention':
      return [t('overview.attention', { count: counts.failed + counts.held }), t('overview.attentionDetail')]
    case 'stopped': {
      const paused = connections.filter((connection) => connection.state === 'paused')
      const headline =
        paused.length === 1 && paused[0]
          ? t('overview.stopped', { side: t(`side.${paused[0].name}`) })
          : t('overview.stoppedBoth')
      return [headline, t('overview.stoppedDetail')]
    }
  }
}
