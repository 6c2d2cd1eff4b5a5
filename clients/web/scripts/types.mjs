// Prints src/protocol/types.ts from the server's OpenRPC document, so that methods, events and notices
// are described once, in the tables of protocol/.
//
// The document is, in this order: what OPENRPC names (a file, or a korsdragd to ask), openrpc.json beside
// package.json, or what the built server prints.
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const out = resolve(web, 'src/protocol/types.ts')
const builds = ['release', 'debug'].map((name) => resolve(web, '../../build', name, 'korsdragd'))

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function readDocument() {
  const named = process.env.OPENRPC ? resolve(process.env.INIT_CWD ?? '.', process.env.OPENRPC) : undefined
  const source = named ?? [resolve(web, 'openrpc.json'), ...builds].find((path) => existsSync(path))
  if (!source || !existsSync(source)) {
    console.error(`no OpenRPC document${named ? ` at ${named}` : ''}: build the server first, or name one with OPENRPC=…`)
    process.exit(1)
  }
  const text = isProgram(source) ? execFileSync(source, ['openrpc'], { maxBuffer: 64 << 20 }) : readFileSync(source)
  return JSON.parse(text.toString('utf8'))
}

/** References of OpenRPC become references of one JSON Schema; objects are closed unless they say otherwise. */
function schemaOf(node) {
  if (Array.isArray(node)) return node.map(schemaOf)
  if (node === null || typeof node !== 'object') return node
  const copy = {}
  for (const [key, value] of Object.entries(node)) {
    // Bounds on counts would turn lists into unions of tuples.
    if (['minItems', 'maxItems', 'title', 'x-of'].includes(key) && typeof value !== 'object') continue
    copy[key] = key === '$ref' ? value.replace('#/components/schemas/', '#/definitions/') : schemaOf(value)
  }
  if (copy.properties && copy.additionalProperties === undefined) copy.additionalProperties = false
  return copy
}

function objectOf(entries) {
  const properties = Object.fromEntries(entries)
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

const closed = { type: 'object', properties: {}, additionalProperties: false }

function methodOf(method) {
  const params = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(method.params.map((p) => [p.name, schemaOf({ description: p.description, ...p.schema })])),
    required: method.params.filter((p) => p.required).map((p) => p.name),
  }
  const result = method.result?.schema ? schemaOf(method.result.schema) : closed
  return [method.name, { description: method.summary, ...objectOf([['params', params], ['result', result]]) }]
}

const listOf = (value) => (Array.isArray(value) ? value : Object.entries(value ?? {}).map(([name, v]) => ({ name, ...v })))
const bodyOf = (entry) => [entry.name ?? entry.kind, { description: entry.summary, ...schemaOf(entry.schema ?? entry.params ?? closed) }]

const document = readDocument()
const definitions = Object.fromEntries(Object.entries(document.components?.schemas ?? {}).map(([k, v]) => [k, schemaOf(v)]))
const root = {
  title: 'Protocol',
  ...objectOf([
    ['methods', objectOf(document.methods.map(methodOf))],
    ['events', objectOf(listOf(document['x-events']).map(bodyOf))],
    ['notices', objectOf(listOf(document['x-notices']).map(bodyOf))],
    ['snapshots', objectOf(listOf(document['x-snapshots']).map(bodyOf))],
  ]),
  definitions,
}

const text = await compile(root, 'Protocol', {
  bannerComment: `/* Printed from the server's method tables by scripts/types.mjs. Not kept in git; do not edit. */`,
  additionalProperties: false,
  enableConstEnums: false,
  format: false,
})
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, text)
console.log(`types of ${document.methods.length} methods`)
