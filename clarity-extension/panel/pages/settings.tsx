import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Tabs } from '../parts/tabs.tsx'

/** Its parts are pages of their own: a line here and a route in router.tsx each. */
const parts = ['alerts', 'users', 'audit', 'suggestions'] as const

export function SettingsPage() {
  const { t } = useTranslation()
  return (
    <>
      <Tabs
        label={t('settings.tabs')}
        tabs={parts.map((part) => ({ to: `/settings/${part}`, label: t(`settings.${part}`) }))}
      />
      <Outlet />
    </>
  )
}
