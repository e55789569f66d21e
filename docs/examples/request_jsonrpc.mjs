// Ask for a visit by JSON-RPC, with nothing but Node 18 or newer. Odoo 17 and 19.
const { ODOO_URL, ODOO_DATABASE, ODOO_LOGIN, ODOO_API_KEY } = process.env;

async function rpc(service, method, ...args) {
  const response = await fetch(`${ODOO_URL}/jsonrpc`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: { service, method, args } }),
  });
  const answer = await response.json();
  if (answer.error) {
    throw Object.assign(new Error(answer.error.data.message), { name: answer.error.data.name });
  }
  return answer.result;
}

const uid = await rpc("common", "authenticate", ODOO_DATABASE, ODOO_LOGIN, ODOO_API_KEY, {});
if (!uid) throw new Error("wrong login or API key");
const call = (method, args, options = {}) =>
  rpc("object", "execute_kw", ODOO_DATABASE, uid, ODOO_API_KEY, "support.appointment", method, args, options);

const dayAhead = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);

// An id of your own makes it safe to send a request again after a failure of the network.
const request = {
  customer_email: "customer@example.com",
  customer_name: "John Doe",
  requested_date: `${dayAhead(7)} 14:00:00`,
  timezone: "Europe/Brussels",
  description: "Network troubleshooting needed",
  priority: "high",
  location: null, // not given
  external_ref: "node-1",
};

console.log("faults:", (await call("check_external_data", [request])).length);

const id = await call("create", [{}], { context: { external_data: request } });
const [appointment] = await call("read", [[id], ["name", "state", "start"]]);
console.log("created:", appointment.name, appointment.state);

const again = await call("create", [{}], { context: { external_data: request } });
console.log("again:", again === id ? "the same" : "another one");

const slots = await call("get_slots", [dayAhead(3), dayAhead(10), 1.0], {
  limit: 3,
  context: { tz: "Europe/Brussels" },
});
console.log("slots:", slots.length);

try {
  const wrong = { customer_email: "customer@example.com", priority: "whenever" };
  await call("create", [{}], { context: { external_data: wrong } });
} catch (error) {
  // odoo.exceptions.ValidationError: refused in words; AccessError: no right to.
  if (!/ValidationError|AccessError/.test(error.name)) throw error;
  for (const fault of JSON.parse(error.message.trimEnd().split("\n").at(-1))) {
    console.log("refused:", fault.field, fault.code);
  }
}
