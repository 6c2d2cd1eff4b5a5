// Where servers run and how they are started, watched and ended: one core for whoever is measured, the other for the driver.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, chmodSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = fileURLToPath(new URL('..', import.meta.url))
export const root = join(here, '../..')
export const bin = process.env.KORSDRAG_BIN ?? join(root, 'build/release')
export const folder = mkdtempSync(join(tmpdir(), 'kd-bench-'))
chmodSync(folder, 0o755)

const SERVER_CORE = '0'
const DRIVER_CORE = cpus().length > 1 ? '1' : '0'
export const onDriverCore = ['taskset', '-c', DRIVER_CORE]

const running = new Set()

/** A program on the servers' core (or where `core` says); what it prints goes to a log file of that name. */
export function start(name, command, { env = {}, core = SERVER_CORE } = {}) {
  const log = openSync(join(folder, `${name}.log`), 'a')
  const words = core === null ? command : ['taskset', '-c', core, ...command]
  const child = spawn(words[0], words.slice(1), { stdio: ['ignore', log, log], env: { ...process.env, ...env } })
  closeSync(log)
  const server = { name, pid: child.pid, child, ended: new Promise((done) => child.once('exit', (code) => done(code))) }
  running.add(server)
  server.ended.then(() => running.delete(server))
  return server
}

export const logOf = (name) => (existsSync(join(folder, `${name}.log`)) ? readFileSync(join(folder, `${name}.log`), 'utf8') : '')

export async function stop(server, signal = 'SIGTERM') {
  if (!running.has(server)) return
  server.child.kill(signal)
  const late = setTimeout(() => server.child.kill('SIGKILL'), 15000)
  await server.ended
  clearTimeout(late)
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

export async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** Waits until somebody listens there. */
export async function listening(server, port) {
  for (let tries = 0; tries < 600; tries++) {
    const is = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), done(true)))
      socket.once('error', () => done(false))
    })
    if (is) return
    if (!running.has(server)) break
    await sleep(100)
  }
  throw new Error(`${server.name} does not listen:\n${logOf(server.name).slice(-2000)}`)
}

export function must(command, options = {}) {
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr || stdout}`)
  return stdout
}

/** Private and shared-but-dirty memory of a process, in bytes: what it costs the host. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return 1024 * ['Private_Clean', 'Private_Dirty', 'Shared_Dirty'].reduce((sum, key) => sum + Number(text.match(`${key}: +(\\d+)`)[1]), 0)
}

export const makeFolder = (name) => {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

export async function endAll() {
  await Promise.all([...running].map((server) => stop(server, 'SIGKILL')))
  const postgres = join(folder, 'pg')
  if (existsSync(postgres)) must([join(root, 'tests/lib/postgres'), 'stop', postgres])
  if (!process.env.KORSDRAG_BENCH_KEEP) rmSync(folder, { recursive: true, force: true })
}
