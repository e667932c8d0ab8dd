import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

/** A small disk of its own (ext4 in a file): it can be full, and turn read-only as Linux does when a disk fails. */
export interface Disk {
  path: string
  /** Not a byte is left. */
  fill(): Promise<void>
  empty(): Promise<void>
  /** What the kernel does after an error of the device, whoever writes at that moment. */
  fail(): Promise<void>
  /** Checked and mounted again; nobody may use it meanwhile. */
  mend(): Promise<void>
  dispose(): Promise<void>
}

const SIZE = '700M'

/** @returns undefined where this machine does not let us mount */
export async function openDisk(): Promise<Disk | undefined> {
  const home = await mkdtemp(join(tmpdir(), 'chaos-disk-'))
  const image = join(home, 'image')
  const path = join(home, 'disk')
  await mkdir(path)
  // PostgreSQL's own user passes through.
  await chmod(home, 0o711)
  await run('truncate', '-s', SIZE, image)
  const mount = () => run('mount', '-o', 'loop,errors=remount-ro', image, path)
  try {
    await run('mkfs.ext4', '-q', '-m', '0', image)
    await mount()
  } catch {
    await rm(home, { recursive: true, force: true })
    return undefined
  }
  await run('chmod', '755', path)
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: async () => void (await run('dd', 'if=/dev/zero', `of=${ballast}`, 'bs=64k').catch(() => undefined)),
    empty: () => rm(ballast, { force: true }),
    async fail() {
      const { stdout } = await run('findmnt', '-n', '-o', 'SOURCE', path)
      writeFileSync(join('/sys/fs/ext4', basename(stdout.trim()), 'trigger_fs_error'), 'chaos')
    },
    async mend() {
      await run('umount', path)
      // 1 says that it mended something.
      await run('e2fsck', '-p', '-f', image).catch((error: { code?: number }) => {
        if (error.code !== 1) throw error
      })
      await mount()
    },
    async dispose() {
      await run('umount', '-l', path)
      await rm(home, { recursive: true, force: true })
    },
  }
}

const run = (command: string, ...args: string[]) => promisify(execFile)(command, args)
