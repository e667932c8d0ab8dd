import { useMutation } from '@tanstack/react-query'
import { useWords } from '../i18n.ts'
import { Button } from './button.tsx'
import { ConfirmButton } from './confirm.tsx'
import { Icon } from './icon.tsx'
import { complain } from './toast.tsx'

/**
 * The two ways out for what waits for a person: set aside with a reason, or run again.
 * @param dismiss absent where there is nothing to set aside
 * @param onDone after either, with what the server answered
 */
export function WaysOut<T>(props: {
  words: { replay: string; dismiss: string; title: string; text: string }
  replay: () => Promise<T>
  dismiss?: ((reason: string) => Promise<T>) | undefined
  /** Another way is the likelier one. */
  quiet?: boolean
  onDone: (answer: T, which: 'replayed' | 'dismissed') => void
}) {
  const { t } = useWords()
  const onError = complain
  const replay = useMutation({
    mutationFn: props.replay,
    onSuccess: (answer) => props.onDone(answer, 'replayed'),
    onError,
  })
  const dismiss = useMutation({
    mutationFn: async (reason: string) => props.dismiss?.(reason),
    onSuccess: (answer) => answer !== undefined && props.onDone(answer, 'dismissed'),
    onError,
  })
  const { words } = props
  return (
    <>
      {props.dismiss && (
        <ConfirmButton
          label={words.dismiss}
          title={words.title}
          text={words.text}
          reason={{ label: t('common.reason') }}
          busy={dismiss.isPending}
          onConfirm={(reason) => dismiss.mutate(reason)}
        />
      )}
      <Button
        size="xs"
        variant={props.quiet ? 'default' : 'filled'}
        leftSection={<Icon name="replay" size={15} />}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {words.replay}
      </Button>
    </>
  )
}
