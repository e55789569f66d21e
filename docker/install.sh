#!/bin/bash
# Install the addon into a new database, or bring it up to date in the one that is there.
# Installing anew over an installed one would undo what an administrator has changed.
set -euo pipefail
database=support_center
query="SELECT state FROM ir_module_module WHERE name = 'support_center'"
state=$(PGPASSWORD="$PASSWORD" psql --host="$HOST" --username="$USER" --dbname="$database" \
    --tuples-only --no-align --command="$query" || true)
if [ "$state" = installed ]; then
    flag=--update
else
    flag=--init
fi
exec /entrypoint.sh odoo --database="$database" "$flag=support_center" --no-http --stop-after-init
