// One request with the DCC's open packages, by hand: reads the inventory (8.2) of a device, as a tester of a rehearsal
// with the driver "observe" does it.  node stock_client.cjs ADDRESS DEVICE [USER]
// ADDRESS: the Non-Device Service, http://127.0.0.1:8079/api/v1/serviceD; DEVICE: as the rehearsal names it.
const { constructDuis, parseDuis } = require("@smartdcc/duis-parser");
const { signDuis, validateDuis } = require("@smartdcc/duis-sign-wrap");

const [address, device, user = "90-B3-D5-1F-30-01-00-00"] = process.argv.slice(2);
const DCC = "90-b3-d5-1f-30-00-00-02";

async function main() {
  const header = {
    type: "request",
    requestId: { originatorId: user.toLowerCase(), targetId: DCC, counter: 0 }, // the signing tool sets the counter
    commandVariant: 8, serviceReference: "8.2", serviceReferenceVariant: "8.2",
  };
  const request = constructDuis("simplified", { header, body: { ReadInventory: { DeviceID: device } } });
  const body = await signDuis({ xml: request, preserveCounter: false });
  const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/xml" }, body });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const read = parseDuis("simplified", await validateDuis({ xml: await answer.text() })); // schema and signature
  console.log(read.header.responseCode, JSON.stringify(read.body));
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
