import styles from './skeleton.module.css'

/** Stands where something will be. Heights and gaps in pixels. */
export function Skeleton({
  height,
  width,
  above = 0,
  below = 0,
}: {
  height: number
  width?: number | string
  above?: number
  below?: number
}) {
  return (
    <div className={styles.skeleton} data-skeleton style={{ height, width, marginTop: above, marginBottom: below }} />
  )
}
