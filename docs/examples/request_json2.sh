#!/bin/sh
# Ask for a visit by JSON-2, with curl. Odoo 19.
set -eu

call() { # METHOD BODY: the status, then the answer
    curl --silent --show-error --write-out '%{http_code} ' --output answer.json \
        --header "Authorization: bearer $ODOO_API_KEY" \
        --header "X-Odoo-Database: $ODOO_DATABASE" \
        --header 'Content-Type: application/json' \
        --data "$2" "$ODOO_URL/json/2/support.appointment/$1"
    cat answer.json
    echo
}

# An id of your own makes it safe to send a request again after a failure of the network.
request='{"customer_email": "customer@example.com", "requested_date": "2035-01-15 14:00:00",
          "timezone": "Europe/Brussels", "priority": "high", "external_ref": "curl-1"}'

call check_external_data "{\"data\": $request}"
call create "{\"vals_list\": [{}], \"context\": {\"external_data\": $request}}"
call create "{\"vals_list\": [{}], \"context\": {\"external_data\": $request}}"
call get_slots '{"date_from": "2035-01-15", "date_to": "2035-01-16", "limit": 3}'
call create '{"vals_list": [{}], "context": {"external_data": {"priority": "whenever"}}}'
