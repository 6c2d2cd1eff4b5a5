// The driver, as a process of its own on its own core: bench-drive's flags in, its line of JSON out.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bin, onDriverCore } from './place.mjs'

const flags = (options) =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().flatMap((one) => [`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, String(one)]))

function spawnDriver(mode, options) {
  const command = [...onDriverCore, join(bin, 'bench-drive'), mode, ...flags(options)]
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (data) => (complaint += data))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`bench-drive ${mode}: ${complaint || 'ended without a word'}`)
    return JSON.parse(value)
  }
  const ended = new Promise((done) => child.once('exit', done))
  return { child, line, ended }
}

/** Runs to its end. What failed, or did not come, makes the figures worthless. */
export async function drive(mode, options) {
  const { line, ended } = spawnDriver(mode, options)
  const result = await line()
  await ended
  return checked(result)
}

function checked(result) {
  if (result.failed > 0) throw new Error(`${result.failed} ops failed: ${result.failure}`)
  if (result.gaps > 0) throw new Error(`${result.gaps} gaps in what was delivered`)
  return result
}

/** Clients that join and stay; `release` lets them go. */
export async function hold(options) {
  const { child, line, ended } = spawnDriver('hold', options)
  const result = await line()
  return { ...result, release: async () => (child.stdin.end(), await ended) }
}

/** Clients that are to lose their server: `meanwhile` is called when all are there. */
export async function storm(options, meanwhile) {
  const { line, ended } = spawnDriver('storm', options)
  await line()
  await meanwhile()
  const result = await line()
  await ended
  return checked(result)
}
