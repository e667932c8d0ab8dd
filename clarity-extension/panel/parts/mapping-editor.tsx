import { Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { mappingSchemaQuery, showMapping } from '../queries.ts'
import { isRuleSet, parse, type RuleSet } from '../rules.ts'
import { useTold } from '../told.ts'
import { Button } from './button.tsx'
import { ConfirmButton } from './confirm.tsx'
import { mergeOrComplain } from './conflict.ts'
import { MappingActivate } from './mapping-activate.tsx'
import styles from './mapping-editor.module.css'
import { MappingFields } from './mapping-fields.tsx'
import { May } from './may.tsx'
import { Proposals } from './proposals.tsx'
import { RulesTable } from './rules-table.tsx'
import { complain, toast } from './toast.tsx'

type Mapping = Schemas['Mapping']

/** The rules as a table, or as JSON; both sides' fields beside it; and what can be done with the draft. */
export function MappingEditor(props: {
  mapping: Mapping
  rules: RuleSet
  change: (rules: RuleSet) => void
  dirty: boolean
  onConflict: (merge: Schemas['MappingMerge']) => void
}) {
  const { mapping, rules, change, dirty, onConflict } = props
  const { t } = useWords()
  const [json, setJson] = useState<string>()
  const schema = useQuery(mappingSchemaQuery(mapping.name))
  const parsed = json === undefined ? rules : parse(json)
  const readable = isRuleSet(parsed)
  const params = { path: { mapping: mapping.name }, header: csrf }
  const save = useMutation({
    mutationFn: (set: RuleSet) =>
      take(api.PUT('/mappings/{mapping}/draft', { params, body: { seen: mapping.draft?.revision ?? 0, rules: set } })),
    onSuccess: (saved) => {
      setJson(undefined)
      showMapping(saved)
      toast(t('mappings.saved'))
    },
    onError: mergeOrComplain(onConflict),
  })
  const discard = useMutation({
    mutationFn: () => take(api.DELETE('/mappings/{mapping}/draft', { params })),
    onSuccess: showMapping,
    onError: complain,
  })
  const faults = mapping.draft && !dirty ? mapping.draft.faults : []
  return (
    <>
      <div className={styles.bar}>
        <May do="put /mappings/{mapping}/draft">
          <Button
            size="xs"
            disabled={!(dirty || json !== undefined) || !readable}
            loading={save.isPending}
            onClick={() => readable && save.mutate(parsed)}
          >
            {t('mappings.save')}
          </Button>
        </May>
        {mapping.draft && !dirty && <MappingActivate mapping={mapping} onConflict={onConflict} />}
        {dirty && (
          <Button size="xs" variant="default" onClick={() => change(mapping.draft?.rules ?? mapping.rules)}>
            {t('mappings.undo')}
          </Button>
        )}
        {mapping.draft && (
          <May do="delete /mappings/{mapping}/draft">
            <ConfirmButton
              label={t('mappings.discard')}
              title={t('mappings.discardTitle')}
              text={t('mappings.discardText')}
              busy={discard.isPending}
              onConfirm={() => discard.mutate()}
            />
          </May>
        )}
        <span className={styles.space} />
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          aria-pressed={json !== undefined}
          onClick={() => {
            if (json === undefined) return setJson(JSON.stringify(rules, null, 2))
            if (readable) change(parsed)
            setJson(undefined)
          }}
        >
          {json === undefined ? t('mappings.asJson') : t('mappings.asTable')}
        </Button>
      </div>
      {faults.length > 0 && <Faults faults={faults} />}
      {json === undefined ? (
        <>
          <div className={styles.columns}>
            <May do="put /mappings/{mapping}/draft">
              <RulesTable
                rules={rules.rules}
                schema={schema.data}
                change={(next) => change({ ...rules, rules: next })}
                label={t('mappings.view.rules')}
              />
            </May>
            <MappingFields schema={schema.data} />
          </div>
          <Proposals mapping={mapping} rules={rules} onConflict={onConflict} />
        </>
      ) : (
        <Textarea
          value={json}
          onChange={(event) => setJson(event.currentTarget.value)}
          error={readable ? undefined : t('mappings.unreadable')}
          aria-label={t('mappings.asJson')}
          rows={28}
          spellCheck={false}
          classNames={{ input: styles.json ?? '' }}
        />
      )}
    </>
  )
}

function Faults({ faults }: { faults: Schemas['RuleFault'][] }) {
  const { t } = useWords()
  const told = useTold()
  return (
    <section className={styles.faults} aria-label={t('mappings.faults')}>
      <h2>{t('mappings.faults')}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.at} ${told(fault.message)}`} data-level={fault.level}>
            <code>{fault.at}</code> {told(fault.message)}
          </li>
        ))}
      </ul>
    </section>
  )
}
