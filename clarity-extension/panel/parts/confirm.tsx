import { lazy, Suspense, useState } from 'react'
import { Button } from './button.tsx'
import type { Question } from './confirm-dialog.tsx'

const ConfirmDialog = lazy(async () => ({ default: (await import('./confirm-dialog.tsx')).ConfirmDialog }))

/** A button that asks first. */
export function ConfirmButton({
  busy = false,
  variant = 'default',
  ...question
}: Question & { busy?: boolean; variant?: 'default' | 'filled' }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant={variant} size="xs" loading={busy} onClick={() => setOpen(true)}>
        {question.label}
      </Button>
      <Suspense>{open && <ConfirmDialog {...question} close={() => setOpen(false)} />}</Suspense>
    </>
  )
}
