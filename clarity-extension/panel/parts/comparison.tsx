import { shown } from '../format.ts'
import { useWords } from '../i18n.ts'
import styles from './comparison.module.css'

/** Both sides' figures as the flow computed them: single ones in a row, lists (e.g. order lines) as tables. */
export function Comparison({ facts }: { facts: Record<string, unknown> }) {
  const { t } = useWords()
  const entries = Object.entries(facts)
  return (
    <div className={styles.facts}>
      <h3>{t('event.comparison')}</h3>
      <dl>
        {entries
          .filter(([, value]) => !Array.isArray(value))
          .map(([name, value]) => (
            <div key={name}>
              <dt>{t(`fact.${name}`, { defaultValue: words(name) })}</dt>
              <dd className="number">{shown(value)}</dd>
            </div>
          ))}
      </dl>
      {entries.map(([name, value]) => Array.isArray(value) && <Rows key={name} name={name} rows={value} />)}
    </div>
  )
}

function Rows({ name, rows }: { name: string; rows: unknown[] }) {
  const { t } = useWords()
  const records = rows.map((row) => new Map<string, unknown>(Object.entries(Object(row))))
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))]
  return (
    <table className={styles.table}>
      <caption className="hidden">{t(`fact.${name}`, { defaultValue: words(name) })}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`fact.${column}`, { defaultValue: words(column) })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map((record, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order keep their order
          <tr key={index}>
            {columns.map((column) => (
              <td key={column} className="number">
                {shown(record.get(column))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A figure that has no word of its own: `billedFully` is Billed fully. */
function words(name: string): string {
  const spaced = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
