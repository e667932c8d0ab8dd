import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { alertSettingsQuery, queryClient } from '../queries.ts'
import styles from './alert-setup.module.css'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import { Refused } from './notice.tsx'
import { complain, toast } from './toast.tsx'

type Settings = Schemas['AlertSettings']
type Channel = Schemas['AlertChannel']

/** Whom the bridge tells, and of what. Nothing is stored before it is saved. */
export function AlertSetup({ settings }: { settings: Settings }) {
  const { t } = useWords()
  const [draft, setDraft] = useState(settings)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/alerts/settings', { params: { header: csrf }, body: draft })),
    onSuccess: (next) => {
      queryClient.setQueryData(alertSettingsQuery.queryKey, next)
      toast(t('alerts.saved'))
    },
  })
  const setChannel = (index: number, channel: Channel | undefined) =>
    setDraft({
      ...draft,
      channels: draft.channels.flatMap((one, at) => (at === index ? (channel ?? []) : one)),
    })
  return (
    <May do="put /alerts/settings">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <h2 className={styles.title}>{t('alerts.channels')}</h2>
        {draft.channels.length === 0 && <p className="muted">{t('alerts.noChannel')}</p>}
        {draft.channels.map((channel, index) => (
          <ChannelForm
            // biome-ignore lint/suspicious/noArrayIndexKey: a new channel has no id, and the order never changes
            key={index}
            channel={channel}
            onChange={(next) => setChannel(index, next)}
          />
        ))}
        <div className={styles.add}>
          {(['email', 'chat', 'webhook'] as const).map((kind) => (
            <Button
              key={kind}
              variant="default"
              size="xs"
              onClick={() => setDraft({ ...draft, channels: [...draft.channels, fresh(kind)] })}
            >
              {t(`alerts.add.${kind}`)}
            </Button>
          ))}
        </div>
        <h2 className={styles.title}>{t('alerts.rules')}</h2>
        <ul className={`card ${styles.rules}`}>
          {Object.entries(draft.rules).map(([name, rule]) => (
            <li key={name}>
              <label>
                <input
                  type="checkbox"
                  checked={rule.enabled}
                  onChange={(event) =>
                    setDraft({
                      ...draft,
                      rules: { ...draft.rules, [name]: { ...rule, enabled: event.currentTarget.checked } },
                    })
                  }
                />{' '}
                {t(`alerts.rule.${name}`)}
              </label>
              {withThreshold.includes(name) && (
                <TextInput
                  type="number"
                  size="xs"
                  min={0}
                  className={styles.threshold ?? ''}
                  aria-label={`${t(`alerts.rule.${name}`)}: ${t(`alerts.unit.${name}`)}`}
                  rightSection={<span className={styles.unit}>{t(`alerts.unit.${name}`)}</span>}
                  rightSectionWidth={90}
                  value={String(rule.threshold)}
                  onChange={(event) =>
                    setDraft({
                      ...draft,
                      rules: { ...draft.rules, [name]: { ...rule, threshold: Number(event.currentTarget.value) } },
                    })
                  }
                />
              )}
            </li>
          ))}
        </ul>
        {save.error && (
          <div className={styles.fault}>
            <Refused error={save.error} />
          </div>
        )}
        <Button type="submit" size="sm" className="more" loading={save.isPending}>
          {t('alerts.save')}
        </Button>
      </form>
    </May>
  )
}

const withThreshold = [
  'dead_letters',
  'reviews',
  'backlog_age',
  'error_rate',
  'stalled_sweep',
  'no_orders',
  'disk',
  'expiry',
]

const fresh = (kind: Channel['kind']): Channel => ({
  kind,
  name: '',
  enabled: true,
  ...(kind === 'email' ? { host: '', port: 587, user: '', password: '', from: '', to: [] } : { url: '' }),
  ...(kind === 'webhook' ? { secret: '' } : {}),
})

function ChannelForm({ channel, onChange }: { channel: Channel; onChange: (next: Channel | undefined) => void }) {
  const { t } = useWords()
  const test = useMutation({
    mutationFn: () => take(api.POST('/alerts/test', { params: { header: csrf }, body: channel })),
    onSuccess: ({ ok, message }) => (ok ? toast(t('alerts.sent')) : toast(t('alerts.notSent', { message }), 'bad')),
    onError: complain,
  })
  const text = (key: 'name' | 'host' | 'user' | 'password' | 'from' | 'url' | 'secret', required = true) => (
    <TextInput
      size="xs"
      label={t(`alerts.field.${key}`)}
      type={key === 'password' || key === 'secret' ? 'password' : 'text'}
      autoComplete="off"
      value={channel[key] ?? ''}
      required={required}
      onChange={(event) => onChange({ ...channel, [key]: event.currentTarget.value })}
    />
  )
  return (
    <fieldset className={`card ${styles.channel}`}>
      <legend className="hidden">{channel.name || t(`alerts.add.${channel.kind}`)}</legend>
      <div className={styles.fields}>
        {text('name')}
        {channel.kind === 'email' ? (
          <>
            {text('host')}
            <TextInput
              size="xs"
              type="number"
              label={t('alerts.field.port')}
              value={String(channel.port ?? 587)}
              onChange={(event) => onChange({ ...channel, port: Number(event.currentTarget.value) })}
            />
            {text('user', false)}
            {text('password', false)}
            {text('from')}
            <TextInput
              size="xs"
              label={t('alerts.field.to')}
              value={(channel.to ?? []).join(', ')}
              required
              onChange={(event) =>
                onChange({ ...channel, to: event.currentTarget.value.split(/[\s,]+/).filter(Boolean) })
              }
            />
          </>
        ) : (
          text('url')
        )}
        {channel.kind === 'webhook' && text('secret')}
        <NativeSelect
          size="xs"
          label={t('alerts.field.enabled')}
          value={channel.enabled ? 'on' : 'off'}
          onChange={(event) => onChange({ ...channel, enabled: event.currentTarget.value === 'on' })}
          data={[
            { value: 'on', label: t('alerts.on') },
            { value: 'off', label: t('alerts.off') },
          ]}
        />
      </div>
      <div className={styles.add}>
        <Button variant="default" size="xs" loading={test.isPending} onClick={() => test.mutate()}>
          {t('alerts.test')}
        </Button>
        <Button variant="default" size="xs" onClick={() => onChange(undefined)}>
          {t('alerts.remove')}
        </Button>
      </div>
    </fieldset>
  )
}
