// Whether a message is from Support Center: its body comes in, its headers are variables.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

function isGenuine(secret, headers, body) {
  // Standard Webhooks: the signature is right, and no older than five minutes.
  if (Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const start = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`;
  const right = Buffer.from("v1," + createHmac("sha256", key).update(start).update(body).digest("base64"));
  // While a secret is being changed there are two signatures, with a blank between.
  return headers["webhook-signature"].split(" ").some((text) => {
    const each = Buffer.from(text);
    return each.length === right.length && timingSafeEqual(each, right);
  });
}

const headers = {
  "webhook-id": process.env.WEBHOOK_ID,
  "webhook-timestamp": process.env.WEBHOOK_TIMESTAMP,
  "webhook-signature": process.env.WEBHOOK_SIGNATURE,
};
console.log(isGenuine(process.env.SECRET, headers, readFileSync(0)) ? "genuine" : "forged");
