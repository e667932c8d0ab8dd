import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'

interface Look {
  variant?: 'filled' | 'default' | 'subtle' | 'light'
  size?: 'compact-xs' | 'xs' | 'sm' | 'md'
  color?: 'gray' | 'iris'
  /** It keeps its width, turns, and takes no click. */
  loading?: boolean
  leftSection?: ReactNode
}

/** Looks like those of Mantine, which mount a transition and compute styles each: the first page has a handful, a list has dozens. */
export function Button({
  variant = 'filled',
  size = 'sm',
  color,
  loading = false,
  leftSection,
  disabled,
  className = '',
  children,
  type = 'button',
  ...rest
}: Look & ComponentProps<'button'>) {
  return (
    <button
      {...rest}
      type={type}
      className={`${styles.button} ${className}`}
      data-variant={variant}
      data-size={size}
      data-color={color}
      data-loading={loading || undefined}
      disabled={disabled || loading}
    >
      <span className={styles.label}>
        {leftSection}
        {children}
      </span>
    </button>
  )
}
