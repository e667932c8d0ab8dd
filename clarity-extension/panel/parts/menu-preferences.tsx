import { Menu, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api, csrf, take } from '../api.ts'
import { type Language, languages, rememberLanguage, speak } from '../i18n.ts'
import { queryClient, sessionQuery } from '../queries.ts'
import { forgetRecents } from '../recent.ts'
import { Icon } from './icon.tsx'

/** The person's own settings; fetched when they are first opened. */
export function PreferencesMenu({ target }: { target: ReactNode }) {
  const { t, i18n } = useTranslation()
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
  const choose = (language: Language) => {
    rememberLanguage(language)
    void speak(language)
  }
  return (
    <Menu position="top-end" width={220} radius="md" shadow="md" defaultOpened>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t('menu.signedInAs', {
            name: session?.user?.name ?? '',
            role: t(`users.role.${session?.user?.role ?? 'viewer'}`),
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
