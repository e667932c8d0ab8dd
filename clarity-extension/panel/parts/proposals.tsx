import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { mappingSuggestionsQuery, queryClient, showMapping, suggestedEntities } from '../queries.ts'
import { type RuleSet, sourceText, stepsText } from '../rules.ts'
import { Button } from './button.tsx'
import { Confidence } from './confidence.tsx'
import { mergeOrComplain } from './conflict.ts'
import { Fold } from './fold.tsx'
import { Icon } from './icon.tsx'
import { May } from './may.tsx'
import { Failure } from './notice.tsx'
import { Proof } from './proof.tsx'
import styles from './proposals.module.css'
import { Reasons } from './reasons.tsx'
import { complain, toast } from './toast.tsx'

type Mapping = Schemas['Mapping']
type Suggestions = Schemas['MappingSuggestions']
type Suggestion = Suggestions['items'][number]

/** How many stand there before somebody asks for all. */
const SHOWN = 5

/** Rules that could be added: each with what it is, why, what it would do, and what else it may be. */
export function Proposals(props: {
  mapping: Mapping
  /** On the screen, saved or not. */
  rules: RuleSet
  onConflict: (merge: Schemas['MappingMerge']) => void
}) {
  const { mapping } = props
  const { t } = useWords()
  const [all, setAll] = useState(false)
  const made = useQuery(mappingSuggestionsQuery(mapping.name, mapping.draft?.revision ?? 0, mapping.live))
  if (made.isError) return <Failure error={made.error} retry={() => void made.refetch()} />
  if (!made.data || made.data.entity === null) return null
  const { items, unsuggested, model } = made.data
  if (items.length === 0 && unsuggested.length === 0) return null
  const shown = all ? items : items.slice(0, SHOWN)
  return (
    <section className={styles.block} aria-label={t('proposals.title')}>
      <h2>
        {t('proposals.title')} {items.length > 0 && <span className="muted">{items.length}</span>}
      </h2>
      <p className={styles.lead}>{t(items.length > 0 ? 'proposals.lead' : 'proposals.none')}</p>
      {model !== 'off' && model !== 'not_needed' && <p className={styles.lead}>{t(`suggestions.model.${model}`)}</p>}
      {shown.length > 0 && (
        <ul className={`card ${styles.list}`}>
          {shown.map((suggestion) => (
            <Proposal key={suggestion.path} {...props} entity={made.data.entity} suggestion={suggestion} />
          ))}
        </ul>
      )}
      {items.length > shown.length && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          {t('proposals.all', { count: items.length })}
        </Button>
      )}
      {unsuggested.length > 0 && (
        <Fold line={t('proposals.unsuggested', { count: unsuggested.length })}>
          <p className={styles.paths}>
            {unsuggested.map((path) => (
              <code key={path}>{path}</code>
            ))}
          </p>
        </Fold>
      )}
    </section>
  )
}

function Proposal(props: {
  mapping: Mapping
  rules: RuleSet
  entity: Suggestions['entity']
  suggestion: Suggestion
  onConflict: (merge: Schemas['MappingMerge']) => void
}) {
  const { mapping, rules, entity, suggestion, onConflict } = props
  const { path, candidates, confidence, certain, reasons } = suggestion
  const { t } = useWords()
  const [chosen, setChosen] = useState(0)
  const candidate = candidates[chosen] ?? candidates[0]
  const params = { path: { mapping: mapping.name }, header: csrf }
  const which = { path, model: candidate?.model ?? '', field: candidate?.field ?? '', rules }
  const prove = useMutation({
    mutationFn: () => take(api.POST('/mappings/{mapping}/suggestions/trial', { params, body: which })),
    onError: complain,
  })
  const accept = useMutation({
    mutationFn: () =>
      take(
        api.POST('/mappings/{mapping}/suggestions/accept', {
          params,
          body: { ...which, seen: mapping.draft?.revision ?? 0 },
        }),
      ),
    onSuccess: (saved) => {
      showMapping(saved)
      toast(t('proposals.accepted'))
    },
    onError: mergeOrComplain(onConflict),
  })
  const reject = useMutation({
    mutationFn: async () => {
      const known = suggestedEntities.find((one) => one === entity)
      if (!known || !candidate) return
      const { model, field } = candidate
      await take(
        api.POST('/suggestions/{entity}/verdict', {
          params: { path: { entity: known }, header: csrf },
          body: { path, model, field, accepted: false },
        }),
      )
    },
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['mapping', mapping.name, 'suggestions'] })
      toast(t('suggestions.rejected'))
    },
    onError: complain,
  })
  if (!candidate) return null
  const what = { field: path, target: candidate.label }
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <p className={styles.line}>
          <code>{path}</code>
          <Icon name="skip" size={15} />
          <b>{candidate.label}</b>
          <code className="muted">{candidate.field}</code>
          {chosen === 0 && <Confidence certain={certain} confidence={confidence} />}
        </p>
        <RuleLine rules={candidate.rules} within={candidate.within} />
        <Reasons reasons={reasons} />
        {candidates.length > 1 && (
          <fieldset className={styles.others}>
            <legend>{t('suggestions.others')}</legend>
            {candidates.map((one, at) => (
              <label key={one.field}>
                <input
                  type="radio"
                  name={`${mapping.name} ${path}`}
                  checked={at === chosen}
                  onChange={() => {
                    setChosen(at)
                    prove.reset()
                  }}
                />
                {one.label} <code className="muted">{one.field}</code>
              </label>
            ))}
          </fieldset>
        )}
        <May do="post /mappings/{mapping}/suggestions/accept">
          <div className={styles.actions}>
            <Button
              size="xs"
              variant={prove.data ? 'default' : 'filled'}
              loading={prove.isPending}
              aria-label={t('proposals.proveWhat', what)}
              onClick={() => prove.mutate()}
            >
              {t('proposals.prove')}
            </Button>
            {prove.data && (
              <Button
                size="xs"
                loading={accept.isPending}
                aria-label={t('proposals.acceptWhat', what)}
                onClick={() => accept.mutate()}
              >
                {t('proposals.accept')}
              </Button>
            )}
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              loading={reject.isPending}
              aria-label={t('suggestions.rejectWhat', what)}
              onClick={() => reject.mutate()}
            >
              {t('suggestions.reject')}
            </Button>
          </div>
        </May>
      </div>
      <div className={styles.proof} aria-live="polite">
        {prove.data ? <Proof trial={prove.data} /> : <p className="muted">{t('proposals.noProof')}</p>}
      </div>
    </li>
  )
}

/** The finished rule in a line, as the table above shows it. */
function RuleLine({ rules, within }: { rules: Schemas['Rule'][]; within: string | null }) {
  const { t } = useWords()
  const [rule] = rules
  if (!rule) return null
  const parts = [sourceText(rule), stepsText(rule)].filter(Boolean).join(' → ')
  return (
    <p className={styles.rule}>
      <code>{`${rule.to} ← ${parts}`}</code>
      {rules.length > 1 && ` ${t('proposals.moreRules', { count: rules.length - 1 })}`}
      {within !== null && ` ${t('proposals.within', { list: within })}`}
    </p>
  )
}
