import { Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../i18n.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

export interface Question {
  /** What is done, on the button. */
  label: string
  title: string
  text: string
  /** Nothing is done without one, and it is kept. */
  reason?: { label: string; placeholder?: string }
  /** After a yes. */
  onConfirm: (reason: string) => void
}

/** The question itself; fetched when it is first asked. */
export function ConfirmDialog({ close, ...question }: Question & { close: () => void }) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  return (
    <Dialog onClose={close} title={question.title} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          close()
          question.onConfirm(reason.trim())
        }}
      >
        <p className="muted">{question.text}</p>
        {question.reason && (
          <TextInput
            {...question.reason}
            mt="md"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            required
            data-autofocus
          />
        )}
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" size="sm" onClick={close} data-autofocus={!question.reason || undefined}>
            {t('common.cancel')}
          </Button>
          <Button size="sm" type="submit" disabled={question.reason !== undefined && reason.trim() === ''}>
            {question.label}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
