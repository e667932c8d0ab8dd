import { lazy, Suspense, useState } from 'react'
import { Button } from './button.tsx'

const ConfirmDialog = lazy(async () => ({ default: (await import('./confirm-dialog.tsx')).ConfirmDialog }))

/** A button that asks first. `onConfirm` runs after a yes. */
export function ConfirmButton(props: {
  label: string
  title: string
  text: string
  busy?: boolean
  onConfirm: () => void
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" size="xs" loading={props.busy ?? false} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Suspense>{open && <ConfirmDialog {...props} close={() => setOpen(false)} />}</Suspense>
    </>
  )
}
