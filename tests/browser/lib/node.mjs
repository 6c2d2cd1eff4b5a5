/* node.mjs - one `korsdragd serve`. Its log is kept, and shown when it ends with a fault. */
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

export class Node {
  constructor(program, name, port, config) {
    this.program = program
    this.name = name
    this.port = port
    this.config = config
    this.log = ''
  }

  get isRunning() {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null
  }

  async start() {
    const flags = ['serve', '--config', this.config, '--node', this.name, '--listen', `127.0.0.1:${this.port}`]
    this.process = spawn(this.program, flags, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1' },
    })
    this.process.stderr.setEncoding('utf8')
    this.process.stderr.on('data', (text) => (this.log += text))
    this.ended = new Promise((done) => this.process.once('exit', (code, signal) => done({ code, signal })))
    for (let tries = 0; tries < 300 && this.isRunning; tries++) {
      const ready = await fetch(`http://127.0.0.1:${this.port}/ready`).catch(() => undefined)
      if (ready?.ok) return
      await pause(100)
    }
    throw new Error(`node ${this.name} did not become ready:\n${this.log}`)
  }

  /** As a machine does that loses its power. */
  async kill() {
    this.process.kill('SIGKILL')
    await this.ended
  }

  /** Asks it to end as a service manager would, and fails if it leaves a sanitizer's report behind. */
  async stop() {
    if (!this.process) return
    if (this.isRunning) this.process.kill('SIGTERM')
    const { code, signal } = await this.ended
    const report = /(ERROR: AddressSanitizer|runtime error:|LeakSanitizer)[^]*/.exec(this.log)
    if (report) throw new Error(`node ${this.name}:\n${report[0]}`)
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`node ${this.name} ended with ${code ?? signal}:\n${this.log.slice(-4000)}`)
  }
}
