import { PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { connectionQuery, overviewQuery, queryClient } from '../queries.ts'
import { Button } from './button.tsx'
import styles from './connection-settings.module.css'
import { May } from './may.tsx'
import { Refused } from './notice.tsx'
import { toast } from './toast.tsx'

type Detail = Schemas['ConnectionDetail']

/** How the side is reached. Only what was typed is sent; it is tried before it is taken. */
export function ConnectionSettings({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const { name } = detail.connection
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [secret, setSecret] = useState('')
  const [untested, setUntested] = useState(false)
  const settings = Object.fromEntries(
    detail.fields.flatMap((field) => {
      const value = typed[field.name]
      return value && value !== field.value ? [[field.name, value]] : []
    }),
  )
  const nothing = Object.keys(settings).length === 0 && secret === ''
  const save = useMutation({
    mutationFn: () =>
      take(
        api.PATCH('/connections/{name}', {
          params: { path: { name }, header: csrf },
          body: { settings, untested, ...(secret ? { webhookSecret: secret } : {}) },
        }),
      ),
    onSuccess: (next) => {
      setTyped({})
      setSecret('')
      setUntested(false)
      queryClient.setQueryData(connectionQuery(name).queryKey, next)
      void queryClient.invalidateQueries(overviewQuery)
      toast(t('connections.saved'))
    },
  })
  return (
    <May do="patch /connections/{name}">
      <form
        className={`card ${styles.settings}`}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <h3>{t('connections.settings')}</h3>
        {detail.fields.map((field) => {
          const Input = field.secret ? PasswordInput : TextInput
          return (
            <Input
              key={field.name}
              size="sm"
              label={t(`connections.field.${field.name}`)}
              placeholder={field.secret ? t('connections.keptSecret') : ''}
              autoComplete="off"
              spellCheck={false}
              value={typed[field.name] ?? field.value ?? ''}
              onChange={(event) => setTyped({ ...typed, [field.name]: event.currentTarget.value })}
              {...(field.secret ? { visibilityToggleButtonProps: { 'aria-label': t('connections.show') } } : {})}
            />
          )
        })}
        <PasswordInput
          size="sm"
          label={t('connections.field.webhookSecret')}
          description={t('connections.secretHelp')}
          placeholder="whsec_…"
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('connections.show') }}
        />
        <label className={styles.untested}>
          <input type="checkbox" checked={untested} onChange={(event) => setUntested(event.currentTarget.checked)} />{' '}
          {t('connections.untested')}
        </label>
        {save.error && <Refused error={save.error} />}
        <div>
          <Button type="submit" size="sm" loading={save.isPending} disabled={nothing}>
            {t(untested ? 'connections.save' : 'connections.tryAndSave')}
          </Button>
        </div>
      </form>
    </May>
  )
}
