import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Icon, type IconName } from './icon.tsx'
import styles from './state.module.css'

type EventState = Schemas['EventState']

const looks: Record<EventState, { tone: string; icon: IconName }> = {
  ready: { tone: 'wait', icon: 'clock' },
  running: { tone: 'run', icon: 'play' },
  done: { tone: 'good', icon: 'check' },
  skipped: { tone: 'calm', icon: 'skip' },
  dead: { tone: 'bad', icon: 'cross' },
  held: { tone: 'warn', icon: 'pause' },
  dismissed: { tone: 'calm', icon: 'hand' },
}

/** The state in word, colour and shape: never in colour alone. */
export function State({ state }: { state: EventState }) {
  const { t } = useWords()
  const { tone, icon } = looks[state]
  return (
    <span className={`${styles.state} ${styles[tone]}`}>
      <span className={styles.mark}>
        <Icon name={icon} size={12} />
      </span>
      {t(`state.${state}`)}
    </span>
  )
}
