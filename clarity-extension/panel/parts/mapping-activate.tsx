import { useMutation } from '@tanstack/react-query'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { showMapping } from '../queries.ts'
import { ConfirmButton } from './confirm.tsx'
import { mergeOrComplain } from './conflict.ts'
import { May } from './may.tsx'
import { toast } from './toast.tsx'

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
    onError: mergeOrComplain(onConflict),
  })
  return (
    <May do="post /mappings/{mapping}/activate">
      <ConfirmButton
        label={t('mappings.activate')}
        title={t('mappings.activateTitle')}
        text={t('mappings.activateText')}
        reason={{ label: t('mappings.why'), placeholder: t('mappings.whyExample') }}
        variant="filled"
        busy={activate.isPending}
        onConfirm={(note) => activate.mutate(note)}
      />
    </May>
  )
}
