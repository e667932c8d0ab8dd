import { useWords } from '../i18n.ts'
import { Tag } from './tag.tsx'

/** How sure a suggestion is. @param confidence from 0 to 1 */
export function Confidence({ certain, confidence }: { certain: boolean; confidence: number }) {
  const { t } = useWords()
  return (
    <Tag good={certain}>
      {t(certain ? 'suggestions.certain' : 'suggestions.likely', { percent: Math.round(confidence * 100) })}
    </Tag>
  )
}
