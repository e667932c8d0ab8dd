import { Group, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { type Translate, useWords } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { ConfirmButton } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Empty, Failure, Refused } from '../parts/notice.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { complain, toast } from '../parts/toast.tsx'
import { queryClient, sessionQuery, usersQuery } from '../queries.ts'
import styles from './users.module.css'

type User = Schemas['Users']['items'][number]
const roles = ['viewer', 'operator', 'admin'] as const
const choices = (t: Translate) => roles.map((value) => ({ value, label: t(`role.${value}`) }))
const roleOf = (text: string): User['role'] => roles.find((one) => one === text) ?? 'viewer'
const show = (users: Schemas['Users']) => queryClient.setQueryData(usersQuery.queryKey, users)

/** Who signs in by a password of their own, and what they may do. */
export function UsersPage() {
  const { t } = useWords()
  const users = useQuery(usersQuery)
  const { data: session } = useQuery(sessionQuery)
  return (
    <>
      <title>{`${t('users.title')} · ${t('product')}`}</title>
      <p className="lead muted">{t('users.lead')}</p>
      <dl className={styles.rights}>
        {roles.map((role) => (
          <div key={role}>
            <dt>
              <b>{t(`role.${role}`)}</b>
            </dt>
            <dd className="muted">{t(`users.may.${role}`)}</dd>
          </div>
        ))}
      </dl>
      {users.isPending && (
        <div role="status" aria-label={t('common.loading')}>
          <Skeleton height={64} below={10} />
          <Skeleton height={64} />
        </div>
      )}
      {users.isError && <Failure error={users.error} retry={() => void users.refetch()} />}
      {users.data && (
        <>
          <Add />
          {users.data.items.length === 0 ? (
            <Empty icon="inbox" title={t('users.empty')} text={t('users.emptyText')} />
          ) : (
            <ul className={`card ${styles.list}`} aria-label={t('users.title')}>
              {users.data.items.map((user) => (
                <Row key={user.name} user={user} own={user.name === session?.user?.name} />
              ))}
            </ul>
          )}
        </>
      )}
    </>
  )
}

function Row({ user, own }: { user: User; own: boolean }) {
  const { t } = useWords()
  const params = { params: { path: { user: user.name }, header: csrf } }
  const onError = complain
  const change = useMutation({
    mutationFn: (role: User['role']) => take(api.PATCH('/users/{user}', { ...params, body: { role } })),
    onSuccess: (next) => {
      show(next)
      toast(t('users.changed', { name: user.name }))
    },
    onError,
  })
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/users/{user}', params)),
    onSuccess: (next) => {
      show(next)
      toast(t('users.removed', { name: user.name }))
    },
    onError,
  })
  return (
    <li className={styles.row}>
      <div className={styles.who}>
        <strong>{user.name}</strong>
        <p className="muted">
          {user.seenAt ? (
            <>
              {t('users.seen')} <Time at={user.seenAt} />
            </>
          ) : (
            t('users.never')
          )}
        </p>
      </div>
      <div className={styles.actions}>
        <NativeSelect
          size="xs"
          aria-label={t('users.roleOf', { name: user.name })}
          value={user.role}
          disabled={own || change.isPending}
          onChange={(event) => change.mutate(roleOf(event.currentTarget.value))}
          data={choices(t)}
        />
        <NewPassword name={user.name} />
        {!own && (
          <ConfirmButton
            label={t('users.remove')}
            title={t('users.removeTitle', { name: user.name })}
            text={t('users.removeText')}
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          />
        )}
      </div>
    </li>
  )
}

function NewPassword({ name }: { name: string }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: () =>
      take(api.PATCH('/users/{user}', { params: { path: { user: name }, header: csrf }, body: { password } })),
    onSuccess: (next) => {
      show(next)
      setOpen(false)
      setPassword('')
      toast(t('users.passwordChanged', { name }))
    },
  })
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {t('users.newPassword')}
      </Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title={t('users.newPasswordOf', { name })} size="sm">
          <form
            onSubmit={(event) => {
              event.preventDefault()
              change.mutate()
            }}
          >
            <Password value={password} onType={setPassword} data-autofocus />
            {change.error && <Refused error={change.error} />}
            <Group justify="flex-end" gap="xs" mt="md">
              <Button variant="default" size="sm" onClick={() => setOpen(false)}>
                {t('common.cancel')}
              </Button>
              <Button size="sm" type="submit" loading={change.isPending} disabled={password.length < 12}>
                {t('users.savePassword')}
              </Button>
            </Group>
          </form>
        </Dialog>
      )}
    </>
  )
}

function Add() {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [role, setRole] = useState<User['role']>('operator')
  const [password, setPassword] = useState('')
  const add = useMutation({
    mutationFn: () => take(api.POST('/users', { params: { header: csrf }, body: { name, role, password } })),
    onSuccess: (next) => {
      show(next)
      setName('')
      setPassword('')
      toast(t('users.added', { name }))
    },
  })
  return (
    <form
      className={`card ${styles.add}`}
      aria-label={t('users.add')}
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate()
      }}
    >
      <h2>{t('users.add')}</h2>
      <div className={styles.fields}>
        <TextInput
          label={t('users.name')}
          description={t('users.nameHelp')}
          value={name}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Password value={password} onType={setPassword} />
        <NativeSelect
          label={t('users.roleLabel')}
          description={t('users.roleHelp')}
          value={role}
          onChange={(event) => setRole(roleOf(event.currentTarget.value))}
          data={choices(t)}
        />
      </div>
      {add.error && <Refused error={add.error} />}
      <Group>
        <Button
          size="sm"
          type="submit"
          loading={add.isPending}
          disabled={name.trim().length < 2 || password.length < 12}
        >
          {t('users.addThem')}
        </Button>
      </Group>
    </form>
  )
}

function Password({ value, onType, ...rest }: { value: string; onType: (value: string) => void }) {
  const { t } = useWords()
  return (
    <PasswordInput
      {...rest}
      label={t('users.password')}
      description={t('users.passwordHelp')}
      value={value}
      autoComplete="new-password"
      onChange={(event) => onType(event.currentTarget.value)}
    />
  )
}
