import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, csrf, type Schemas, take } from '../api.ts'
import { useWords } from '../i18n.ts'
import { queryClient, type SuggestedEntity } from '../queries.ts'
import { Button } from './button.tsx'
import { Confidence } from './confidence.tsx'
import { Fold } from './fold.tsx'
import { Icon } from './icon.tsx'
import { Json } from './json.tsx'
import { May } from './may.tsx'
import { Reasons } from './reasons.tsx'
import styles from './suggestion-row.module.css'
import { complain, toast } from './toast.tsx'

type Suggestion = Schemas['Suggestion']
type Candidate = Schemas['SuggestionCandidate']

/** One field, what it probably is, why, the rule that says so, and what else it may be. */
export function SuggestionRow({ entity, suggestion }: { entity: SuggestedEntity; suggestion: Suggestion }) {
  const { t } = useWords()
  const { best, others, mapping, confidence, certain, reasons, path } = suggestion
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <code>{path}</code>
        <Icon name="skip" size={15} />
        {best ? <Target candidate={best} /> : <span className={styles.none}>{t('suggestions.none')}</span>}
        {best && <Confidence certain={certain} confidence={confidence} />}
      </div>
      <Reasons reasons={reasons} />
      <div className={styles.actions}>
        {best && (
          <May do="post /suggestions/{entity}/verdict">
            <Decide entity={entity} path={path} candidate={best} />
          </May>
        )}
        {best && mapping !== null && (
          <Link
            to="/mappings/$name"
            params={{ name: mapping }}
            className={`link ${styles.try}`}
            aria-label={t('suggestions.tryWhat', { field: path })}
          >
            {t('suggestions.try')}
          </Link>
        )}
        {(best || others.length > 0) && (
          <Fold className={styles.details ?? ''} line={t('suggestions.details')}>
            {best?.rule !== null && best?.rule !== undefined && (
              <Json value={best.rule} label={t('suggestions.ruleLabel', { field: path })} />
            )}
            {best?.back !== null && best?.back !== undefined && (
              <Json value={best.back} label={t('suggestions.ruleLabel', { field: path })} />
            )}
            {others.length > 0 && (
              <ul className={styles.others} aria-label={t('suggestions.others')}>
                {others.map((other) => (
                  <li key={`${other.model}.${other.field}`}>
                    <Target candidate={other} />
                    <May do="post /suggestions/{entity}/verdict">
                      <Decide entity={entity} path={path} candidate={other} small />
                    </May>
                  </li>
                ))}
              </ul>
            )}
          </Fold>
        )}
      </div>
    </li>
  )
}

function Target({ candidate: { model, field, label } }: { candidate: Candidate }) {
  return (
    <span className={styles.target}>
      <b>{label}</b> <code>{`${model}.${field}`}</code>
    </span>
  )
}

interface Choice {
  entity: SuggestedEntity
  path: string
  candidate: Candidate
  small?: boolean
}

function Decide({ entity, path, candidate, small = false }: Choice) {
  const { t } = useWords()
  const { model, field } = candidate
  const decide = useMutation({
    mutationFn: (accepted: boolean) =>
      take(
        api.POST('/suggestions/{entity}/verdict', {
          params: { path: { entity }, header: csrf },
          body: { path, model, field, accepted },
        }),
      ).then((verdict) => ({ ...verdict, accepted })),
    onSuccess: ({ accepted }) => {
      void queryClient.invalidateQueries({ queryKey: ['suggestions', entity] })
      toast(t(accepted ? 'suggestions.accepted' : 'suggestions.rejected'))
    },
    onError: complain,
  })
  const what = { field: path, target: candidate.label }
  return (
    <>
      <Button
        variant="default"
        size={small ? 'compact-xs' : 'xs'}
        loading={decide.isPending}
        aria-label={t(small ? 'suggestions.thisOneWhat' : 'suggestions.acceptWhat', what)}
        onClick={() => decide.mutate(true)}
      >
        {t(small ? 'suggestions.thisOne' : 'suggestions.accept')}
      </Button>
      {!small && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          loading={decide.isPending}
          aria-label={t('suggestions.rejectWhat', what)}
          onClick={() => decide.mutate(false)}
        >
          {t('suggestions.reject')}
        </Button>
      )}
    </>
  )
}
