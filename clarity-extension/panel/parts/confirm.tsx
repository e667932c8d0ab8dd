import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** A button that asks first. `onConfirm` runs after a yes. */
export function ConfirmButton(props: {
  label: string
  title: string
  text: string
  busy?: boolean
  onConfirm: () => void
}) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
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
        <p className="muted">{props.text}</p>
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" size="sm" onClick={() => setOpen(false)} data-autofocus>
            {t('common.cancel')}
          </Button>
          <Button
            size="sm"
            onClick={() => {
              setOpen(false)
              props.onConfirm()
            }}
          >
            {props.label}
          </Button>
        </Group>
      </Modal>
    </>
  )
}
