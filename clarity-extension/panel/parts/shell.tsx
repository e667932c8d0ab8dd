import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, csrf, take } from '../api.ts'
import { type Language, languages, rememberLanguage, speak } from '../i18n.ts'
import { type LiveState, useLive } from '../live.ts'
import { overviewQuery, queryClient, sessionQuery } from '../queries.ts'
import { Icon, type IconName } from './icon.tsx'
import { Withheld } from './may.tsx'
import styles from './shell.module.css'
import { Toasts } from './toast.tsx'

/** What stands around every page: where one can go, whether the page is live, and the person's own settings. */
export function Shell() {
  const { t } = useTranslation()
  const live = useLive()
  const { data: overview } = useQuery(overviewQuery)
  const open = (overview?.counts.failed ?? 0) + (overview?.counts.held ?? 0)
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={styles.side}>
        <Brand />
        <nav className={styles.nav} aria-label={t('nav.label')}>
          <NavItem to="/" icon="overview" label={t('nav.overview')} />
          <NavItem to="/activity" icon="activity" label={t('nav.activity')} />
          <NavItem to="/attention" icon="attention" label={t('nav.attention')} count={open} />
          <NavItem to="/entities" icon="sync" label={t('nav.entities')} />
          <NavItem to="/reconciliation" icon="scales" label={t('nav.reconciliation')} />
          <NavItem to="/anomalies" icon="pulse" label={t('nav.anomalies')} />
          <NavItem to="/mappings" icon="mappings" label={t('nav.mappings')} />
          <NavItem to="/lookups" icon="swap" label={t('nav.lookups')} />
          <NavItem to="/connections" icon="plug" label={t('nav.connections')} />
          <NavItem to="/settings" icon="settings" label={t('nav.settings')} />
        </nav>
        <div className={styles.foot}>
          <LiveMark state={live} />
          <Preferences />
        </div>
      </header>
      <main className={styles.main} id="content" tabIndex={-1}>
        <Withheld />
        <Outlet />
      </main>
      <Toasts />
    </div>
  )
}

export function Brand() {
  const { t } = useTranslation()
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

function NavItem({ to, icon, label, count = 0 }: { to: string; icon: IconName; label: string; count?: number }) {
  return (
    <Link
      to={to}
      className={styles.item ?? ''}
      activeOptions={{ exact: to === '/' }}
      activeProps={{ 'aria-current': 'page' }}
    >
      <Icon name={icon} />
      <span className={styles.itemLabel}>{label}</span>
      {count > 0 && <span className={styles.count}>{count > 999 ? '999+' : count}</span>}
    </Link>
  )
}

function LiveMark({ state }: { state: LiveState }) {
  const { t } = useTranslation()
  return (
    <span className={styles.live} data-state={state} role="status">
      <span className={styles.dot} />
      <span className={styles.liveText}>{t(`live.${state}`)}</span>
    </span>
  )
}

function Preferences() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { data: session } = useQuery(sessionQuery)
  const signOut = useMutation({
    mutationFn: () => take(api.DELETE('/session', { params: { header: csrf } }).then(() => ({ data: true }))),
    onSettled: () => {
      queryClient.clear()
      void queryClient.invalidateQueries(sessionQuery)
      location.assign('/admin/')
    },
  })
  const choose = (language: Language) => {
    rememberLanguage(language)
    void speak(language)
  }
  return (
    <Menu position="top-end" width={220} radius="md" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('menu.label')}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('menu.signedInAs', { name: session?.user?.name ?? '' })}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('menu.theme')}</Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <Menu.Item key={scheme} onClick={() => setColorScheme(scheme)} rightSection={tick(scheme === colorScheme)}>
            {t(`menu.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('menu.language')}</Menu.Label>
        {(['en', 'de'] as const).map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => choose(language)}
            rightSection={tick(i18n.language === language)}
          >
            {languages[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={() => signOut.mutate()}>
          {t('menu.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const tick = (chosen: boolean) => (chosen ? <Icon name="check" size={14} /> : null)
