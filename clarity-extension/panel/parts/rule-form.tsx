import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { formOf, parse, type Rule, type RuleForm, ruleOf } from '../rules.ts'
import { Button } from './button.tsx'
import styles from './rule-form.module.css'

/** One rule as a form; what does not fit into it is edited as JSON. */
export function RuleFormRow(props: {
  rule: Rule
  schema: Schemas['MappingSchema'] | undefined
  done: (rule: Rule) => void
  cancel: () => void
}) {
  const { rule, schema, done, cancel } = props
  const { t } = useWords()
  const id = useId()
  const [form, setForm] = useState(() => formOf(rule))
  const [json, setJson] = useState(() => (form.kind === 'other' ? JSON.stringify(rule, null, 2) : undefined))
  const set = (change: Partial<RuleForm>) => setForm({ ...form, ...change })
  const next = json === undefined ? ruleOf(rule, form) : readRule(json)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (next) done(next)
      }}
      onKeyDown={(event) => event.key === 'Escape' && cancel()}
    >
      {json === undefined ? (
        <>
          <div className={styles.grid}>
            <TextInput
              size="xs"
              label={t('mappings.target')}
              value={form.to}
              list={`${id}-target`}
              onChange={(event) => set({ to: event.currentTarget.value })}
              autoFocus
            />
            <NativeSelect
              size="xs"
              label={t('mappings.kind')}
              value={form.kind}
              data={(['from', 'const', 'jsonata'] as const).map((kind) => ({
                value: kind,
                label: t(`mappings.kinds.${kind}`),
              }))}
              onChange={(event) => set({ kind: kindOf(event.currentTarget.value), source: '' })}
            />
            <TextInput
              size="xs"
              label={t(`mappings.kinds.${form.kind === 'other' ? 'from' : form.kind}`)}
              value={form.source}
              list={form.kind === 'from' ? `${id}-source` : undefined}
              onChange={(event) => set({ source: event.currentTarget.value })}
            />
            <Textarea
              size="xs"
              label={t('mappings.conversion')}
              description={t('mappings.conversionHelp')}
              rows={2}
              value={form.convert}
              onChange={(event) => set({ convert: event.currentTarget.value })}
            />
            <Textarea
              size="xs"
              label={t('mappings.condition')}
              description={t('mappings.conditionHelp')}
              rows={2}
              value={form.when}
              error={form.when.trim() !== '' && parse(form.when) === undefined ? t('mappings.unreadable') : undefined}
              onChange={(event) => set({ when: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              label={t('mappings.default')}
              value={form.default}
              onChange={(event) => set({ default: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              label={t('mappings.about')}
              value={form.about}
              onChange={(event) => set({ about: event.currentTarget.value })}
            />
            <label className={styles.check}>
              <input
                type="checkbox"
                checked={form.required}
                onChange={(event) => set({ required: event.currentTarget.checked })}
              />
              {t('mappings.required')}
            </label>
          </div>
          <datalist id={`${id}-target`}>
            {schema?.target
              .filter(({ readonly }) => !readonly)
              .map(({ model, name, label }) => (
                <option key={`${model} ${name}`} value={name}>
                  {label}
                </option>
              ))}
          </datalist>
          <datalist id={`${id}-source`}>
            {schema?.source.map(({ path }) => (
              <option key={path} value={path.replace(/^.*\[\]\./, '')} />
            ))}
          </datalist>
        </>
      ) : (
        <Textarea
          value={json}
          onChange={(event) => setJson(event.currentTarget.value)}
          aria-label={t('mappings.asJson')}
          error={next ? undefined : t('mappings.unreadable')}
          rows={10}
          spellCheck={false}
          classNames={{ input: styles.json ?? '' }}
        />
      )}
      <div className={styles.buttons}>
        <Button size="xs" type="submit" disabled={!next}>
          {t('mappings.take')}
        </Button>
        <Button size="xs" variant="default" onClick={cancel}>
          {t('common.cancel')}
        </Button>
        {json === undefined && (
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => setJson(JSON.stringify(ruleOf(rule, form) ?? rule, null, 2))}
          >
            {t('mappings.asJson')}
          </Button>
        )}
      </div>
    </form>
  )
}

const kindOf = (text: string): RuleForm['kind'] => (text === 'const' || text === 'jsonata' ? text : 'from')

function readRule(json: string): Rule | undefined {
  const parsed = parse(json)
  if (typeof parsed !== 'object' || parsed === null || !('to' in parsed) || typeof parsed.to !== 'string')
    return undefined
  return { ...parsed, to: parsed.to }
}
