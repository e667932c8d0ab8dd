import { Group, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { showMapping } from '../queries.ts'
import { Button } from './button.tsx'
import { May } from './may.tsx'
import { complain, toast } from './toast.tsx'

/** Asks why, then lets the draft map. */
export function MappingActivate({
  mapping,
  onConflict,
}: {
  mapping: Schemas['Mapping']
  onConflict: (merge: Schemas['MappingMerge']) => void
}) {
  const { t } = useWords()
  const activate = useMutation({
    mutationFn: (note: string) =>
      take(
        api.POST('/mappings/{mapping}/activate', {
          params: { path: { mapping: mapping.name }, header: csrf },
          body: { seen: mapping.draft?.revision ?? 0, note },
        }),
      ),
    onSuccess: (now) => {
      showMapping(now)
      toast(t('mappings.activated', { version: now.live }))
    },
    onError: (error) => {
      const merge = error instanceof ApiError ? error.problem?.merge : undefined
      if (merge) onConflict(merge)
      else complain(error)
    },
  })
  return (
    <May do="post /mappings/{mapping}/activate">
      <WhyButton
        label={t('mappings.activate')}
        title={t('mappings.activateTitle')}
        text={t('mappings.activateText')}
        busy={activate.isPending}
        onConfirm={(note) => activate.mutate(note)}
      />
    </May>
  )
}

/** A button that asks for the reason first. */
export function WhyButton(props: {
  label: string
  title: string
  text: string
  busy: boolean
  variant?: 'default'
  onConfirm: (note: string) => void
}) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const [note, setNote] = useState('')
  return (
    <>
      <Button size="xs" variant={props.variant ?? 'filled'} loading={props.busy} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={props.title}
        centered
        radius="lg"
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault()
            setOpen(false)
            props.onConfirm(note.trim())
          }}
        >
          <p className="muted">{props.text}</p>
          <TextInput
            mt="md"
            label={t('mappings.why')}
            placeholder={t('mappings.whyExample')}
            value={note}
            maxLength={500}
            data-autofocus
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs" mt="lg">
            <Button variant="default" size="sm" onClick={() => setOpen(false)}>
              {t('common.cancel')}
            </Button>
            <Button size="sm" type="submit" disabled={note.trim() === ''}>
              {props.label}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  )
}
