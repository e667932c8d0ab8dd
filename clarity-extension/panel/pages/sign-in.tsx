import { PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, setCsrfToken, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSaid } from '../parts/notice.tsx'
import { Brand } from '../parts/shell.tsx'
import { queryClient, sessionQuery } from '../queries.ts'
import styles from './sign-in.module.css'

export function SignIn() {
  const { t } = useWords()
  const signIn = useMutation({
    mutationFn: (body: { name: string; password: string }) => take(api.POST('/session', { body })),
    onSuccess: (session) => {
      setCsrfToken(session.csrfToken)
      queryClient.setQueryData(sessionQuery.queryKey, session)
    },
  })
  const said = useSaid(signIn.error)
  return (
    <main className={styles.page}>
      <form
        className={`card ${styles.form}`}
        onSubmit={(event) => {
          event.preventDefault()
          const data = new FormData(event.currentTarget)
          signIn.mutate({ name: String(data.get('name')), password: String(data.get('password')) })
        }}
      >
        <Brand />
        <div>
          <h1>{t('signIn.title')}</h1>
          <p className="muted">{t('signIn.lead')}</p>
        </div>
        {signIn.isError && (
          <div className={styles.error} role="alert">
            <Icon name="attention" />
            <p>
              <strong>{said.title}</strong> {said.remedy}
            </p>
          </div>
        )}
        <TextInput
          name="name"
          label={t('signIn.name')}
          defaultValue="admin"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
        />
        <PasswordInput
          name="password"
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        />
        <Button type="submit" size="md" className={styles.submit} loading={signIn.isPending}>
          {t('signIn.submit')}
        </Button>
      </form>
    </main>
  )
}
