// A small client in Node.js, without packages: it knows 8.2 (read inventory). The rehearsal POSTs an action here and gets
// the outcome in the answer. Start it with: node http_client.mjs PORT KEYS  (a folder made by `uept pki init KEYS`).
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [port, keys] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "client-"));
const uept = (...words) => execFileSync("uept", words, { stdio: ["ignore", "pipe", "pipe"] });
let counter = 0;

async function perform(action) {
  if (action.kind !== "send" || action.service !== "8.2" || Object.keys(action.options ?? {}).length > 0)
    return { status: "unsupported", detail: `this client cannot do ${action.kind} ${action.service} yet` };
  counter = Math.max(counter + 1, Date.now()); // a RequestID's counter only ever grows
  const requestId = `${action.user}:DC-C0-00-00-00-00-00-02:${counter}`;
  const asked = Object.entries(action.parameters).map(([name, value]) => `<sr:${name}>${value}</sr:${name}>`).join("");
  const request = join(folder, "request.xml"), signed = join(folder, "signed.xml"), answer = join(folder, "answer.xml");
  writeFileSync(request, `<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4">
<sr:Header><sr:RequestID>${requestId}</sr:RequestID><sr:CommandVariant>8</sr:CommandVariant>
<sr:ServiceReference>8.2</sr:ServiceReference><sr:ServiceReferenceVariant>8.2</sr:ServiceReferenceVariant></sr:Header>
<sr:Body><sr:ReadInventory>${asked}</sr:ReadInventory></sr:Body></sr:Request>`);
  uept("sign", request, "--pki", keys, "-o", signed);
  const response = await fetch(action.urls.non_device, {
    method: "POST", headers: { "Content-Type": "application/xml" }, body: readFileSync(signed),
  });
  const text = await response.text();
  if (!response.ok) return { status: "failed", request_id: requestId, detail: `HTTP ${response.status}` };
  writeFileSync(answer, text);
  uept("verify-signature", answer, "--pki", keys); // an answer that is not the DCC's throws here, and is never used
  const code = /<sr:ResponseCode>([^<]+)</.exec(text)[1];
  const devices = [...text.matchAll(/<sr:Device>(.*?)<\/sr:Device>/gs)].map(([, inside]) =>
    Object.fromEntries([...inside.matchAll(/<sr:(\w+)>([^<]+)<\/sr:\1>/g)].map(([, name, value]) => [name, value])));
  const status = code.startsWith("I") ? "done" : "refused";
  return { status, response_code: code, request_id: requestId, values: { devices }, messages_processed: 1 };
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const { action } = JSON.parse(Buffer.concat(parts));
  const outcome = await perform(action).catch((error) => ({ status: "failed", detail: String(error) }));
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ action: action.id, ...outcome }));
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
