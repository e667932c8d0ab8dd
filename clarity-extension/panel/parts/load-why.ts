import { useTranslation } from 'react-i18next'

/** Why a record is in conflict or left out, in words: `differs:barcode` names the cause and the key. */
export function useWhy(): (why: string | null) => string {
  const { t } = useTranslation()
  return (why) => {
    const [cause = '', key = ''] = (why ?? '').split(':')
    return t(`load.why.${cause}`, { key: t(`load.key.${key}`, { defaultValue: key }), defaultValue: cause })
  }
}
