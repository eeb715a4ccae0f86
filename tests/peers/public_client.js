// A User's system as the DCC's open-source packages make one. Driven by tests: one JSON command a line on standard
// input, one JSON answer a line on standard output. Written for these tests; the packages are found by NODE_PATH.
'use strict'
const http = require('node:http')
const readline = require('node:readline')
const { constructDuis, parseDuis } = require('@smartdcc/duis-parser')
const { signDuis, validateDuis } = require('@smartdcc/duis-sign-wrap')
const { BoxedKeyStore, KeyUsage } = require('@smartdcc/dccboxed-keystore')

const PATIENCE = 3000 // milliseconds for a whole request, as the public client has it
const RECEIVE_PATH = '/smartdcc/duis'

const inbox = []
let waiting = null

function arrived (message) {
  inbox.push(message)
  if (waiting) waiting()
}

// Answers 204 to what validates and 400 to what does not, and only after validating.
const receiver = http.createServer((incoming, answer) => {
  const parts = []
  incoming.on('data', (part) => parts.push(part))
  incoming.on('end', async () => {
    const raw = Buffer.concat(parts)
    const message = { path: incoming.url, contentType: incoming.headers['content-type'], raw: raw.toString('base64') }
    try {
      const plain = await validateDuis({ xml: raw })
      answer.writeHead(204).end()
      arrived({ ...message, isValid: true, duis: parseDuis('simplified', plain) })
    } catch (error) {
      answer.writeHead(400).end()
      arrived({ ...message, isValid: false, why: String(error) })
    }
  })
})

// The identifiers as a client has them after parsing (lower case), the service and the variant from the request.
async function send ({ url, request, preserveCounter }) {
  const xml = await signDuis({ xml: constructDuis('simplified', request), preserveCounter: preserveCounter === true })
  const sent = parseDuis('simplified', xml)
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/xml' }, body: xml, signal: AbortSignal.timeout(PATIENCE)
  })
  const body = await answer.text()
  const result = {
    status: answer.status, contentType: answer.headers.get('content-type'), sent: sent.header, raw: body
  }
  return answer.ok ? { ...result, duis: parseDuis('simplified', await validateDuis({ xml: body })) } : result
}

function next ({ milliseconds }) {
  if (inbox.length) return inbox.shift()
  return new Promise((resolve) => {
    const give = () => { clearTimeout(timer); waiting = null; resolve(inbox.shift() ?? null) }
    const timer = setTimeout(give, milliseconds)
    waiting = give
  })
}

async function certificates ({ address, eui }) {
  const store = await BoxedKeyStore.new(address)
  try {
    const found = {}
    for (const [name, keyUsage] of [['DS', KeyUsage.digitalSignature], ['KA', KeyUsage.keyAgreement]]) {
      const rows = await store.query({ eui, keyUsage, lookup: 'certificate' })
      found[name] = (rows ?? []).map((row) => row.certificate.raw.toString('base64'))
    }
    return found
  } finally {
    await store.cleanup()
  }
}

const COMMANDS = { send, next, certificates }
const show = (value) => console.log(JSON.stringify(value, (_, v) => typeof v === 'bigint' ? v.toString() : v))

receiver.listen(0, '127.0.0.1', async () => {
  show({ receiveUrl: `http://127.0.0.1:${receiver.address().port}${RECEIVE_PATH}` })
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, ...options } = JSON.parse(line)
    try {
      show({ result: await COMMANDS[command](options) })
    } catch (error) {
      show({ error: String(error?.stack ?? error) })
    }
  }
  process.exit(0)
})
