// The DCC's public request templates, built and read by its own packages. Driven by tests: one JSON command a line on
// standard input, one JSON answer a line on standard output. Written for these tests; packages are found by NODE_PATH.
'use strict'
const readline = require('node:readline')
const { constructDuis, parseDuis } = require('@smartdcc/duis-parser')
const { loadTemplates } = require('@smartdcc/duis-templates')
const { BoxedKeyStore, KeyUsage } = require('@smartdcc/dccboxed-keystore')

let templates

// All that the template package can load, in order of their names.
async function load () {
  templates = await loadTemplates({})
  return Object.keys(templates).sort().map((name) => {
    const { requestId, commandVariant, serviceReferenceVariant } = templates[name].simplified.header
    const srv = serviceReferenceVariant['Service Reference Variant']
    const { number, webService } = commandVariant
    return { name, originator: requestId.originatorId, variant: number, webService, srv }
  })
}

// A template as a document; with a payload its second step, the Signed Pre-Command, for the same RequestID.
function build ({ name, variant, counter, payload }) {
  const { header, body } = templates[name].simplified
  const requestId = { ...header.requestId, counter: BigInt(counter ?? 0) }
  const second = { SignedPreCommand: { GBCSPayload: payload } }
  return constructDuis('simplified', {
    header: { ...header, requestId, commandVariant: variant }, body: payload ? second : body
  })
}

const parse = ({ xml }) => parseDuis('simplified', xml)

async function certificates ({ address, euis }) {
  const store = await BoxedKeyStore.new(address)
  try {
    const found = []
    for (const eui of euis) {
      for (const keyUsage of [KeyUsage.digitalSignature, KeyUsage.keyAgreement]) {
        const rows = await store.query({ eui, keyUsage, lookup: 'certificate' })
        found.push(...(rows ?? []).map((row) => row.certificate.raw.toString('base64')))
      }
    }
    return found
  } finally {
    await store.cleanup()
  }
}

const COMMANDS = { load, build, parse, certificates }
const show = (value) => console.log(JSON.stringify(value, (_, v) => typeof v === 'bigint' ? v.toString() : v))

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, ...options } = JSON.parse(line)
    try {
      show({ result: await COMMANDS[command](options) })
    } catch (error) {
      show({ error: String(error?.stack ?? error) })
    }
  }
}
main()
