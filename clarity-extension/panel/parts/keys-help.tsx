import { useWords } from '../i18n.ts'
import { Dialog } from './dialog.tsx'
import { modifier } from './keys.tsx'
import styles from './palette.module.css'
import { places } from './places.ts'

/** What the keys are: behind "?". */
export function KeysHelp({ close }: { close: () => void }) {
  const { t } = useWords()
  const general: [string[], string][] = [
    [[modifier, 'k'], t('palette.title')],
    [['/'], t('keys.search')],
    [['j'], t('keys.next')],
    [['k'], t('keys.previous')],
    [['↵'], t('keys.open')],
    [['?'], t('keys.title')],
    [['esc'], t('common.close')],
  ]
  const going = places.map(({ key, word }): [string[], string] => [['g', key], t(word)])
  return (
    <Dialog onClose={close} title={t('keys.title')} size={560}>
      <div className={styles.help}>
        {[
          { title: t('keys.everywhere'), rows: general },
          { title: t('keys.go'), rows: going },
        ].map(({ title, rows }) => (
          <section key={title}>
            <h2>{title}</h2>
            <dl>
              {rows.map(([keys, what]) => (
                <div key={what}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
