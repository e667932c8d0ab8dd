import { Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../i18n.ts'
import { Button } from './button.tsx'

/** A button that asks why first. `onConfirm` gets the reason, which is kept. */
export function ReasonButton(props: {
  label: string
  title: string
  text: string
  busy?: boolean
  onConfirm: (reason: string) => void
}) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  return (
    <>
      <Button variant="default" size="xs" loading={props.busy ?? false} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={props.title}
        centered
        size="sm"
        radius="lg"
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault()
            setOpen(false)
            props.onConfirm(reason.trim())
            setReason('')
          }}
        >
          <p className="muted">{props.text}</p>
          <TextInput
            mt="md"
            label={t('common.reason')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            required
            data-autofocus
          />
          <Group justify="flex-end" gap="xs" mt="lg">
            <Button variant="default" size="sm" onClick={() => setOpen(false)}>
              {t('common.cancel')}
            </Button>
            <Button size="sm" type="submit" disabled={reason.trim() === ''}>
              {props.label}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  )
}
