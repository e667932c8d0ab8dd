import { Modal, type ModalProps } from '@mantine/core'
import { useWords } from '../i18n.ts'

/** A dialog, open for as long as it is mounted. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const { t } = useWords()
  return <Modal opened centered radius="lg" closeButtonProps={{ 'aria-label': t('common.close') }} {...props} />
}
