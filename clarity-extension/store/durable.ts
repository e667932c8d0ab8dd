/** Answers that are given when what they tell of is on the disk. */
export interface Durable<Answer> {
  /**
   * Takes answers in the order in which their work was done.
   * @param wrote the disk has yet to be told of it
   */
  give(answers: readonly Answer[], wrote: boolean): void
  /** Resolves when nothing waits. */
  settled(): Promise<void>
}

/**
 * As a commit that waits for the disk itself would do it, but the next work is done meanwhile: what is written while the disk is being told
 * is what it is told of next, all at once. Who only read waits, too, if it could have seen what is not there yet.
 * @param tellDisk calls back when everything that was written before it was called is on the disk. A failure is thrown: nothing that waits is
 * ever answered then, for nobody can say what of it is on the disk
 */
export function durable<Answer>(
  tellDisk: (done: (error: Error | null) => void) => void,
  answer: (answer: Answer) => void,
): Durable<Answer> {
  let told: readonly Answer[] | undefined
  let next: Answer[] = []
  let wroteNext = false
  let quiet: PromiseWithResolvers<void> | undefined

  function tell(): void {
    told = next
    next = []
    wroteNext = false
    tellDisk((error) => {
      if (error) throw error
      const answers = told ?? []
      told = undefined
      answers.forEach(answer)
      goOn()
    })
  }

  function goOn(): void {
    if (told) return
    if (wroteNext) return void tell()
    const answers = next
    next = []
    answers.forEach(answer)
    quiet?.resolve()
    quiet = undefined
  }

  return {
    give(answers, wrote) {
      next.push(...answers)
      wroteNext ||= wrote
      goOn()
    },
    async settled() {
      if (!told) return
      quiet ??= Promise.withResolvers<void>()
      await quiet.promise
    },
  }
}
