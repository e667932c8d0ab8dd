import { Outlet } from '@tanstack/react-router'
import { useWords } from '../i18n.ts'
import { Tabs } from '../parts/tabs.tsx'

/** What is synchronised, when it is read, and the first load: pages of their own. */
export function EntitiesLayout() {
  const { t } = useWords()
  return (
    <>
      <Tabs
        title={t('entities.title')}
        label={t('entities.tabs')}
        tabs={[
          { to: '/entities', label: t('entities.across') },
          { to: '/entities/schedules', label: t('sweeps.title') },
          { to: '/entities/first-load', label: t('load.title') },
        ]}
      />
      <Outlet />
    </>
  )
}
