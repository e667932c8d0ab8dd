import { Group, Modal } from '@mantine/core'
import { useWords } from '../i18n.ts'
import { Button } from './button.tsx'

/** The question itself; fetched when it is first asked. */
export function ConfirmDialog(props: {
  label: string
  title: string
  text: string
  onConfirm: () => void
  close: () => void
}) {
  const { t } = useWords()
  const { close } = props
  return (
    <Modal
      opened
      onClose={close}
      title={props.title}
      centered
      size="sm"
      radius="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <p className="muted">{props.text}</p>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" size="sm" onClick={close} data-autofocus>
          {t('common.cancel')}
        </Button>
        <Button
          size="sm"
          onClick={() => {
            close()
            props.onConfirm()
          }}
        >
          {props.label}
        </Button>
      </Group>
    </Modal>
  )
}
