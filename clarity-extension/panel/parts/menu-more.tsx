import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../i18n.ts'
import { Icon } from './icon.tsx'
import { places } from './places.ts'

/** The places that do not fit into the bar of a narrow screen. */
export function MoreMenu({ target, from }: { target: ReactNode; from: number }) {
  const { t } = useWords()
  return (
    <Menu position="top-end" width={220} radius="md" shadow="md" defaultOpened>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        {places.slice(from).map(({ to, icon, word }) => (
          <Menu.Item key={to} component={Link} to={to} leftSection={<Icon name={icon} size={16} />}>
            {t(word)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
