import { useWords } from '../i18n.ts'

/** Why a record is in conflict or left out, in words: `differs:barcode` names the cause and the key. */
export function useWhy(): (why: string | null) => string {
  const { t } = useWords()
  return (why) => {
    const [cause = '', key = ''] = (why ?? '').split(':')
    return t(`load.why.${cause}`, { key: t(`load.key.${key}`, { defaultValue: key }), defaultValue: cause })
  }
}
