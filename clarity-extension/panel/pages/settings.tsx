import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { reaches, roleFor } from '../../http/rights.ts'
import { useWords } from '../i18n.ts'
import { Tabs } from '../parts/tabs.tsx'
import { sessionQuery } from '../queries.ts'

/** Its parts are pages of their own: a line here, a route in router.tsx and a place in parts/places.ts each. */
const parts = ['alerts', 'users', 'audit', 'suggestions'] as const

export function SettingsPage() {
  const { t } = useWords()
  const { data: session } = useQuery(sessionQuery)
  const role = session?.user?.role ?? 'viewer'
  const readable = parts.filter((part) => part !== 'users' || reaches(role, roleFor('GET', '/users')))
  return (
    <>
      <Tabs
        title={t('settings.title')}
        label={t('settings.tabs')}
        tabs={readable.map((part) => ({ to: `/settings/${part}`, label: t(`settings.${part}`) }))}
      />
      <Outlet />
    </>
  )
}
