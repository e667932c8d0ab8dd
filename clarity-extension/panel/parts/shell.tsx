import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useRef, useState } from 'react'
import { useWords } from '../i18n.ts'
import { useLive } from '../live.ts'
import { overviewQuery } from '../queries.ts'
import { later } from '../words.ts'
import { Icon } from './icon.tsx'
import { modifier, useKeys } from './keys.tsx'
import { Withheld } from './may.tsx'
import { places } from './places.ts'
import { useRowKeys } from './row-keys.ts'
import styles from './shell.module.css'
import { Toasts } from './toast.tsx'

const Palette = later(async () => (await import('./palette.tsx')).Palette)
const MoreMenu = lazy(async () => ({ default: (await import('./menu-more.tsx')).MoreMenu }))
const PreferencesMenu = lazy(async () => ({ default: (await import('./menu-preferences.tsx')).PreferencesMenu }))
const KeysHelp = later(async () => (await import('./keys-help.tsx')).KeysHelp)

/** What stands around every page: where one can go, whether the page is live, and the person's own settings. */
export function Shell() {
  const { t } = useWords()
  const content = useRef<HTMLElement>(null)
  const [shown, setShown] = useState<'palette' | 'keys' | undefined>()
  const palette = useCallback(() => setShown('palette'), [])
  const help = useCallback(() => setShown('keys'), [])
  const close = useCallback(() => setShown(undefined), [])
  useKeys({ palette, help })
  useRowKeys(content)
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={styles.side}>
        <Brand />
        <button type="button" className={styles.find} onClick={palette} aria-keyshortcuts="Control+K Meta+K">
          <Icon name="search" size={16} />
          <span>{t('nav.find')}</span>
          <kbd>{modifier} K</kbd>
        </button>
        <nav className={styles.nav} aria-label={t('nav.label')}>
          {places.map((place, index) => (
            <NavItem key={place.to} place={place} rare={index >= IN_THE_BAR} />
          ))}
          <More />
        </nav>
        <div className={styles.foot}>
          <LiveMark />
          <Preferences />
        </div>
      </header>
      <main className={styles.main} id="content" tabIndex={-1} ref={content}>
        <Withheld />
        <Outlet />
      </main>
      <Toasts />
      <Suspense>
        {shown === 'palette' && <Palette close={close} />}
        {shown === 'keys' && <KeysHelp close={close} />}
      </Suspense>
    </div>
  )
}

export function Brand() {
  const { t } = useWords()
  return (
    <span className={styles.brand}>
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#4f46e5" />
        <path
          d="M8 13h15l-4-4M24 19H9l4 4"
          fill="none"
          stroke="#fff"
          strokeWidth="2.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {t('product')}
    </span>
  )
}

/** So many fit into the bar of a narrow screen; the others are behind "More". */
const IN_THE_BAR = 4

function NavItem({ place, rare }: { place: (typeof places)[number]; rare: boolean }) {
  const { t } = useWords()
  return (
    <Link
      to={place.to}
      className={styles.item ?? ''}
      activeOptions={{ exact: place.to === '/' }}
      activeProps={{ 'aria-current': 'page' }}
      data-rare={rare}
    >
      <Icon name={place.icon} />
      <span className={styles.itemLabel}>{t(place.word)}</span>
      {place.to === '/attention' && <OpenCount />}
    </Link>
  )
}

/** What waits for a person. By itself, so that news draw a number and not the whole menu. */
function OpenCount() {
  const { data: count = 0 } = useQuery({ ...overviewQuery, select: ({ counts }) => counts.failed + counts.held })
  return count > 0 && <span className={styles.count}>{count > 999 ? '999+' : count}</span>
}

function LiveMark() {
  const { t } = useWords()
  const state = useLive()
  return (
    <span className={styles.live} data-state={state} role="status">
      <span className={styles.dot} />
      <span className={styles.liveText}>{t(`live.${state}`)}</span>
    </span>
  )
}

/** Only on a narrow screen. Menus are fetched with the first click: the first page is there sooner without them. */
function More() {
  const { t } = useWords()
  const { pathname } = useLocation()
  const [wanted, setWanted] = useState(false)
  const button = (
    <button
      type="button"
      className={`${styles.item} ${styles.more}`}
      data-current={places.slice(IN_THE_BAR).some(({ to }) => pathname.startsWith(to))}
      aria-haspopup="menu"
      onClick={() => setWanted(true)}
    >
      <Icon name="dots" />
      <span className={styles.itemLabel}>{t('nav.more')}</span>
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <MoreMenu target={button} from={IN_THE_BAR} />
    </Suspense>
  )
}

function Preferences() {
  const { t } = useWords()
  const [wanted, setWanted] = useState(false)
  const button = (
    <button
      type="button"
      className={styles.preferences}
      aria-label={t('menu.label')}
      aria-haspopup="menu"
      onClick={() => setWanted(true)}
    >
      <Icon name="dots" />
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <PreferencesMenu target={button} />
    </Suspense>
  )
}
