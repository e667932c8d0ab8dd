import { Group, Menu } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ChangeEvent, useRef, useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { refreshLists, refreshLookups } from '../queries.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { useMissing } from './may.tsx'
import { complain, toast } from './toast.tsx'

type Format = 'json' | 'csv'
interface Chosen {
  name: string
  format: Format
  text: string
  would: Schemas['LookupsImported']
}

/** The merchant's own entries as a file, out and in. What a file would do is shown before it does it. */
export function LookupFiles() {
  const { t } = useWords()
  const missing = useMissing()('post /lookups/import')
  const input = useRef<HTMLInputElement>(null)
  const [chosen, setChosen] = useState<Chosen>()
  const onError = complain
  const save = useMutation({
    mutationFn: (format: Format) => take(api.GET('/lookups/export', { params: { query: { format } } })),
    onSuccess: ({ format, text }) => download(`lookups.${format}`, text),
    onError,
  })
  const rehearse = useMutation({
    mutationFn: async (file: File) => {
      const format: Format = file.name.toLowerCase().endsWith('.csv') ? 'csv' : 'json'
      const text = await file.text()
      const body = { format, text, rehearse: true }
      const would = await take(api.POST('/lookups/import', { params: { header: csrf }, body }))
      return { name: file.name, format, text, would }
    },
    onSuccess: setChosen,
    onError,
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? []
    if (file) rehearse.mutate(file)
    event.currentTarget.value = ''
  }
  return (
    <>
      <Menu position="bottom-end" width={200} radius="md" shadow="md">
        <Menu.Target>
          <Button variant="default" size="xs" loading={save.isPending || rehearse.isPending}>
            {t('lookups.files')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => save.mutate('csv')}>{t('lookups.exportCsv')}</Menu.Item>
          <Menu.Item onClick={() => save.mutate('json')}>{t('lookups.exportJson')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item
            disabled={missing !== undefined}
            title={missing && t('rights.takes', { role: t(`role.${missing}`) })}
            onClick={() => input.current?.click()}
          >
            {t('lookups.import')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={input}
        type="file"
        accept=".json,.csv"
        aria-label={t('lookups.import')}
        className="hidden"
        tabIndex={-1}
        onChange={choose}
      />
      {chosen && <Import chosen={chosen} close={() => setChosen(undefined)} />}
    </>
  )
}

function Import({ chosen, close }: { chosen: Chosen; close: () => void }) {
  const { t } = useWords()
  const { name, format, text, would } = chosen
  const importing = useMutation({
    mutationFn: () => take(api.POST('/lookups/import', { params: { header: csrf }, body: { format, text } })),
    onSuccess: ({ changed, released }) => {
      refreshLookups()
      refreshLists()
      toast(t('lookups.imported', { count: changed, released }))
      close()
    },
    onError: complain,
  })
  const faults = would.problems
  return (
    <Dialog onClose={close} title={t('lookups.importTitle', { name })} size="md">
      {faults.length === 0 ? (
        <p className="muted">{t('lookups.importWould', { count: would.changed, released: would.released })}</p>
      ) : (
        <>
          <p>{t('lookups.importFaults', { count: faults.length })}</p>
          <ul>
            {faults.slice(0, 20).map((fault) => (
              <li key={`${fault.table} ${fault.key} ${fault.code}`}>
                <strong>
                  {fault.table} · {fault.key}
                </strong>{' '}
                {fault.message} <span className="muted">{fault.remedy}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" size="sm" onClick={close}>
          {t('common.cancel')}
        </Button>
        {faults.length === 0 && (
          <Button
            size="sm"
            loading={importing.isPending}
            disabled={would.changed === 0}
            onClick={() => importing.mutate()}
            data-autofocus
          >
            {t('lookups.importNow')}
          </Button>
        )}
      </Group>
    </Dialog>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
