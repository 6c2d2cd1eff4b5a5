/* The document that `korsdragd openrpc` prints is an OpenRPC document, and each method in it is documented. */
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const Ajv = require('ajv').default
const root = new URL('../../', import.meta.url).pathname
const korsdragd = process.env.KORSDRAGD ?? join(root, 'build/debug/korsdragd')
const document = JSON.parse(execFileSync(korsdragd, ['openrpc'], { maxBuffer: 64 << 20 }))

/* The meta-schemas say which meta-meta-schema they follow; ajv need not fetch it to use them. */
function validator() {
  const openrpc = structuredClone(require('@open-rpc/meta-schema').default ?? require('@open-rpc/meta-schema'))
  const jsonSchema = structuredClone(require('@json-schema-tools/meta-schema').jsonSchema)
  delete openrpc.$schema
  delete jsonSchema.$schema
  const text = JSON.stringify(openrpc).replaceAll('"https://meta.json-schema.tools"', '"https://meta.json-schema.tools/"')
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false })
  ajv.addSchema(jsonSchema, 'https://meta.json-schema.tools/')
  return ajv.compile(JSON.parse(text))
}

test('the document validates against the OpenRPC meta-schema', () => {
  const validate = validator()
  assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 3)))
})

test('the meta-schema refuses a document that is none', () => {
  const validate = validator()
  const broken = structuredClone(document)
  delete broken.methods[0].params
  assert.equal(validate(broken), false)
})

test('every method and parameter is described', () => {
  assert.ok(document.methods.length > 40)
  for (const method of document.methods) {
    assert.ok(method.summary?.length > 10, method.name)
    // A method without a result is a notification: presence.set.
    if (method.result) assert.ok(method.result.schema, method.name)
    for (const param of method.params) assert.ok(param.description ?? param.schema?.description, `${method.name} ${param.name}`)
  }
})

test('every reference leads somewhere', () => {
  const known = new Set(Object.keys(document.components.schemas))
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) assert.ok(known.has(name), name)
})
