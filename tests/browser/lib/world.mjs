/* world.mjs - a real database, two real nodes, and doors to them.
 *
 * Each person's browser reaches the nodes through a door: a TCP forwarder that stands for the municipality's load
 * balancer. A door has a favourite node and goes to the other when that one is gone, so that two people sit on two
 * nodes, and a killed node's people come back on the other one. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Door } from './door.mjs'
import { Node } from './node.mjs'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const bin = resolve(process.env.KORSDRAG_BIN ?? join(root, 'build/debug'))
const webRoot = resolve(process.env.KORSDRAG_WEB_ROOT ?? join(root, 'clients/web/dist'))
const postgres = join(root, 'tests/lib/postgres')
/** A cluster that several programs share: tests/browser/run starts one. Without it each world has its own. */
const shared = process.env.KORSDRAG_TEST_POSTGRES

/** A port that nobody listens on just now. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

export class World {
  static async start() {
    const world = new World()
    world.nodes = []
    world.doors = []
    world.folder = await mkdtemp(join(tmpdir(), 'kd-browser-'))
    await chmod(world.folder, 0o755) // PostgreSQL runs as somebody else
    await mkdir(join(world.folder, 'mail'))
    try {
      await world.#open()
    } catch (error) {
      await world.stop().catch(() => {})
      throw error
    }
    return world
  }

  async #open() {
    this.postgres = shared ?? join(this.folder, 'pg')
    if (!shared) await run(postgres, ['start', this.postgres, String(process.pid)])
    const { stdout } = await run(postgres, ['newdb', this.postgres, `browser_${process.pid}`])
    this.database = stdout.trim()
    this.ports = [await freePort(), await freePort()]
    this.doorPorts = [await freePort(), await freePort()]
    await this.#configure()
    await run(join(bin, 'korsdragd'), ['migrate', '--config', this.ownerConfig])
    this.nodes = this.ports.map((port, i) => new Node(join(bin, 'korsdragd'), `n${i + 1}`, port, this.config))
    await Promise.all(this.nodes.map((node) => node.start()))
    const [first, second] = this.nodes
    this.doors = [new Door(this.doorPorts[0], [first, second]), new Door(this.doorPorts[1], [second, first])]
    await Promise.all(this.doors.map((door) => door.listen()))
  }

  async #configure() {
    const lines = (user) =>
      [
        `database.url = ${this.database} user=${user}`,
        `origins = ${this.doorPorts.map((port) => `http://localhost:${port}`).join(', ')}`,
        `web.root = ${webRoot}`,
        `mail.folder = ${join(this.folder, 'mail')}`,
        'drain = 5s',
        'drain.spread = 0s',
        // Scripts type faster than people.
        'rate.read = 0',
        'rate.write = 0',
        'rate.heavy = 0',
        '',
      ].join('\n')
    this.config = join(this.folder, 'korsdrag.conf')
    this.ownerConfig = join(this.folder, 'owner.conf')
    await writeFile(this.config, lines('korsdrag'))
    await writeFile(this.ownerConfig, lines('korsdrag_owner'))
  }

  origin(door) {
    return `http://localhost:${this.doorPorts[door]}`
  }

  /** An operator's command: link, token, admin. */
  async operator(...args) {
    const { stdout } = await run(join(bin, 'korsdragd'), [...args, '--config', this.config])
    return stdout.trim()
  }

  /** The address of a node that is up. */
  get url() {
    return `ws://127.0.0.1:${this.nodes.find((node) => node.isRunning).port}`
  }

  /** A call with somebody's token, through the command-line client; gives the result. */
  async call(token, method, params = {}) {
    const { stdout } = await run(join(bin, 'korsdrag'), ['call', method, JSON.stringify(params)], {
      env: { ...process.env, KORSDRAG_URL: this.url, KORSDRAG_TOKEN: token },
      maxBuffer: 16 << 20,
    })
    return JSON.parse(stdout)
  }

  /** Runs a script of the repository that works through both programs, as deploy/demo/load does. */
  async script(path) {
    await run(join(root, path), [], {
      env: {
        ...process.env,
        KORSDRAG_CONFIG: this.config,
        KORSDRAG_LOG_LEVEL: 'warn',
        KORSDRAG_URL: this.url,
        KORSDRAG: join(bin, 'korsdrag'),
        KORSDRAGD: join(bin, 'korsdragd'),
      },
      maxBuffer: 16 << 20,
    })
  }

  /** The mails sent to an address so far, oldest first, as plain text. */
  async mails(to) {
    const folder = join(this.folder, 'mail')
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort()
    const all = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
    return all.filter((mail) => new RegExp(`^To:.*${to.replace(/\./g, '\\.')}`, 'mi').test(mail)).map(decoded)
  }

  async stop() {
    try {
      await Promise.all(this.doors.map((door) => door.close()))
      await Promise.all(this.nodes.map((node) => node.stop()))
    } finally {
      for (const node of this.nodes) node.process?.kill('SIGKILL')
      if (!shared) await run(postgres, ['stop', this.postgres])
      await rm(this.folder, { recursive: true, force: true })
    }
  }
}

/** A mail's words: its body without quoted-printable (RFC 2045, 6.7). */
function decoded(mail) {
  const text = mail.slice(mail.search(/\r?\n\r?\n/)).replace(/=\r?\n/g, '')
  const bytes = text.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
