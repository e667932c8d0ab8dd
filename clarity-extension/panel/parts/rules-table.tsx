import { ActionIcon } from '@mantine/core'
import { useState } from 'react'
import type { Schemas } from '../api.ts'
import { useWords } from '../i18n.ts'
import { conditionText, eachOf, type Rule, sourceText, stepsText, withEach } from '../rules.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { RuleFormRow } from './rule-form.tsx'
import styles from './rules-table.module.css'

/** Rules one under another; of several for one target the first that gives a value wins, so their order counts. */
export function RulesTable(props: {
  rules: Rule[]
  schema: Schemas['MappingSchema'] | undefined
  change: (rules: Rule[]) => void
  label: string
}) {
  const { rules, schema, change, label } = props
  const { t } = useWords()
  const [open, setOpen] = useState<number>()
  const put = (index: number, rule: Rule) => change(rules.map((one, place) => (place === index ? rule : one)))
  const move = (index: number, by: number) => {
    const next = [...rules]
    const [rule] = next.splice(index, 1)
    if (rule) next.splice(index + by, 0, rule)
    change(next)
    setOpen(undefined)
  }
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={`card ${styles.scroll}`} tabIndex={0} aria-label={label}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('mappings.target')}</th>
              <th scope="col">{t('mappings.source')}</th>
              <th scope="col">{t('mappings.conversion')}</th>
              <th scope="col">{t('mappings.condition')}</th>
              <th scope="col">{t('mappings.default')}</th>
              <th scope="col">
                <span className="hidden">{t('mappings.actions')}</span>
              </th>
            </tr>
          </thead>
          {rules.map((rule, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place, two may be alike
            <tbody key={index}>
              {open === index ? (
                <tr>
                  <td colSpan={6}>
                    <RuleFormRow
                      rule={rule}
                      schema={schema}
                      cancel={() => setOpen(undefined)}
                      done={(next) => {
                        put(index, next)
                        setOpen(undefined)
                      }}
                    />
                  </td>
                </tr>
              ) : (
                <Line
                  rule={rule}
                  first={index === 0}
                  last={index === rules.length - 1}
                  edit={() => setOpen(index)}
                  move={(by) => move(index, by)}
                  remove={() => change(rules.filter((_, place) => place !== index))}
                />
              )}
            </tbody>
          ))}
        </table>
      </section>
      <Button
        size="xs"
        variant="default"
        className={styles.add}
        onClick={() => {
          change([...rules, { to: 'x_studio_', from: '' }])
          setOpen(rules.length)
        }}
      >
        {t('mappings.add')}
      </Button>
      {rules.map((rule, index) =>
        eachOf(rule).map((each, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={`${index} ${place}`} className={styles.nested}>
            <h2>{t('mappings.forEach', { list: each.in, target: rule.to })}</h2>
            <RulesTable
              rules={each.rules}
              schema={schema}
              label={t('mappings.forEach', { list: each.in, target: rule.to })}
              change={(next) => put(index, withEach(rule, place, next))}
            />
          </div>
        )),
      )}
    </div>
  )
}

function Line(props: {
  rule: Rule
  first: boolean
  last: boolean
  edit: () => void
  move: (by: number) => void
  remove: () => void
}) {
  const { rule, first, last, edit, move, remove } = props
  const { t } = useWords()
  const each = eachOf(rule)
  return (
    <tr>
      <th scope="row">
        <code>{rule.to}</code>
        {rule.required && <span title={t('mappings.required')}> *</span>}
        {rule.about && <span className={styles.about}>{rule.about}</span>}
      </th>
      <td>
        <code>{each.length > 0 ? each.map((one) => `${one.in}[…]`).join(' + ') : sourceText(rule)}</code>
      </td>
      <td>
        <code>{stepsText(rule)}</code>
      </td>
      <td>
        <code>{conditionText(rule.when)}</code>
      </td>
      <td>
        <code>{'default' in rule ? JSON.stringify(rule.default) : ''}</code>
      </td>
      <td>
        <span className={styles.actions}>
          <Act label={t('mappings.edit', { target: rule.to })} icon="edit" onClick={edit} />
          <Act label={t('mappings.up', { target: rule.to })} icon="up" onClick={() => move(-1)} disabled={first} />
          <Act label={t('mappings.down', { target: rule.to })} icon="down" onClick={() => move(1)} disabled={last} />
          <Act label={t('mappings.remove', { target: rule.to })} icon="cross" onClick={remove} />
        </span>
      </td>
    </tr>
  )
}

function Act(props: {
  label: string
  icon: 'edit' | 'up' | 'down' | 'cross'
  onClick: () => void
  disabled?: boolean
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={14} />
    </ActionIcon>
  )
}
