import { Link } from '@tanstack/react-router'
import styles from './tabs.module.css'

/** Pages side by side under one title. They are links: each has an address, and the browser's ways of opening one work. */
export function Tabs({
  title,
  label,
  tabs,
}: {
  title: string
  label: string
  tabs: { to: string; label: string; count?: number }[]
}) {
  return (
    <>
      <h1>{title}</h1>
      <nav className={styles.tabs} aria-label={label}>
        {tabs.map((tab) => (
          <Link
            key={tab.to}
            to={tab.to}
            className={styles.tab ?? ''}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ 'aria-current': 'page' }}
          >
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && <span className={styles.count}>{tab.count}</span>}
          </Link>
        ))}
      </nav>
    </>
  )
}
