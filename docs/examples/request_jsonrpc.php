<?php
// Ask for a visit by JSON-RPC, with nothing but PHP 8. Odoo 17 and 19.
[$url, $database] = [getenv('ODOO_URL'), getenv('ODOO_DATABASE')];
[$login, $key] = [getenv('ODOO_LOGIN'), getenv('ODOO_API_KEY')];

class Refused extends Exception {}

function rpc(string $service, string $method, array $args)
{
    global $url;
    $params = ['service' => $service, 'method' => $method, 'args' => $args];
    $body = json_encode(['jsonrpc' => '2.0', 'method' => 'call', 'params' => $params]);
    $http = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $body];
    $text = file_get_contents("$url/jsonrpc", false, stream_context_create(['http' => $http]));
    $answer = json_decode($text, true);
    if (isset($answer['error'])) {
        throw new Refused($answer['error']['data']['message']);
    }
    return $answer['result'];
}

$uid = rpc('common', 'authenticate', [$database, $login, $key, new stdClass()]);
if (!$uid) {
    exit("wrong login or API key\n");
}

function call(string $method, array $args, array $options = [])
{
    global $database, $uid, $key;
    $all = [$database, $uid, $key, 'support.appointment', $method, $args, (object) $options];
    return rpc('object', 'execute_kw', $all);
}

$day = fn(int $days) => gmdate('Y-m-d', time() + $days * 86400);

// An id of your own makes it safe to send a request again after a failure of the network.
$request = [
    'customer_email' => 'customer@example.com',
    'customer_name' => 'John Doe',
    'requested_date' => $day(7) . ' 14:00:00',
    'timezone' => 'Europe/Brussels',
    'description' => 'Network troubleshooting needed',
    'priority' => 'high',
    'external_ref' => 'php-1',
];

echo 'faults: ', count(call('check_external_data', [$request])), "\n";

// PHP sends [] for an empty mapping: it is taken for one, and create returns a list of ids.
[$id] = call('create', [[]], ['context' => ['external_data' => $request]]);
[$appointment] = call('read', [[$id], ['name', 'state', 'start']]);
echo "created: {$appointment['name']} {$appointment['state']}\n";

[$again] = call('create', [[]], ['context' => ['external_data' => $request]]);
echo 'again: ', $again === $id ? 'the same' : 'another one', "\n";

$options = ['limit' => 3, 'context' => ['tz' => 'Europe/Brussels']];
echo 'slots: ', count(call('get_slots', [$day(3), $day(10), 1.0], $options)), "\n";

try {
    $wrong = ['customer_email' => 'customer@example.com', 'priority' => 'whenever'];
    call('create', [[]], ['context' => ['external_data' => $wrong]]);
} catch (Refused $refused) {
    $lines = explode("\n", trim($refused->getMessage()));
    foreach (json_decode(end($lines), true) as $fault) {
        echo "refused: {$fault['field']} {$fault['code']}\n";
    }
}
