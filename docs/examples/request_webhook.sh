#!/bin/sh
# Hand a request in by webhook, with curl. The address is on the rule; who knows it may post.
# 200 means stored; anything else: send it again later, with the same external_ref.
set -eu

curl --silent --show-error --fail --header 'Content-Type: application/json' \
    --data '{"customer_email": "customer@example.com", "requested_date": "2035-01-15 14:00:00",
             "description": "Network issue", "external_ref": "hook-1"}' \
    "$ODOO_HOOK"
echo
