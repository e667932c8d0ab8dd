import { Menu, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, csrf, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { queryClient, sessionQuery } from '../queries.ts'
import { forgetRecents } from '../recent.ts'
import { changeLanguage, type Language, languages, rememberLanguage } from '../words.ts'
import { Icon } from './icon.tsx'

/** The person's own settings; fetched when they are first opened. */
export function PreferencesMenu({ target }: { target: ReactNode }) {
  const { t, language } = useWords()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { data: session } = useQuery(sessionQuery)
  const signOut = useMutation({
    mutationFn: () => take(api.DELETE('/session', { params: { header: csrf } }).then(() => ({ data: true }))),
    onSettled: () => {
      queryClient.clear()
      forgetRecents()
      void queryClient.invalidateQueries(sessionQuery)
      location.assign('/admin/')
    },
  })
  const choose = (tongue: Language) => {
    rememberLanguage(tongue)
    void changeLanguage(tongue)
  }
  return (
    <Menu position="top-end" width={220} radius="md" shadow="md" defaultOpened>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t('menu.signedInAs', {
            name: session?.user?.name ?? '',
            role: t(`role.${session?.user?.role ?? 'viewer'}`),
          })}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('menu.theme')}</Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <Menu.Item key={scheme} onClick={() => setColorScheme(scheme)} rightSection={tick(scheme === colorScheme)}>
            {t(`menu.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('menu.language')}</Menu.Label>
        {(['en', 'de'] as const).map((tongue) => (
          <Menu.Item key={tongue} lang={tongue} onClick={() => choose(tongue)} rightSection={tick(tongue === language)}>
            {languages[tongue]}
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
