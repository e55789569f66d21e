<?php
// Whether a message is from Support Center: its body comes in, its headers are variables.
function is_genuine(string $secret, array $headers, string $body): bool
{
    // Standard Webhooks: the signature is right, and no older than five minutes.
    if (abs(time() - (int) $headers['webhook-timestamp']) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $signed = "{$headers['webhook-id']}.{$headers['webhook-timestamp']}.$body";
    $right = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    // While a secret is being changed there are two signatures, with a blank between.
    foreach (explode(' ', $headers['webhook-signature']) as $each) {
        if (hash_equals($right, $each)) {
            return true;
        }
    }
    return false;
}

$headers = [
    'webhook-id' => getenv('WEBHOOK_ID'),
    'webhook-timestamp' => getenv('WEBHOOK_TIMESTAMP'),
    'webhook-signature' => getenv('WEBHOOK_SIGNATURE'),
];
$body = file_get_contents('php://stdin');
echo is_genuine(getenv('SECRET'), $headers, $body) ? 'genuine' : 'forged', "\n";
