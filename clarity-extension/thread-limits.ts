import { setFlagsFromString } from 'node:v8'

/**
 * From here on a thread's nursery is what its `resourceLimits` say. `--max-semi-space-size` of the command line, which is meant for the
 * main thread, would go before them (V8, `Heap::ConfigureHeap`); that one has its nursery by now.
 */
export function threadsHaveTheirLimits(): void {
  setFlagsFromString('--max-semi-space-size=0')
}
