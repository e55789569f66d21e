"""Ask for a visit by XML-RPC, with nothing but Python. Odoo 17 and 19."""

import json
import os
import xmlrpc.client
from datetime import date, timedelta

URL, DATABASE = os.environ["ODOO_URL"], os.environ["ODOO_DATABASE"]
LOGIN, KEY = os.environ["ODOO_LOGIN"], os.environ["ODOO_API_KEY"]

common = xmlrpc.client.ServerProxy(f"{URL}/xmlrpc/2/common")
uid = common.authenticate(DATABASE, LOGIN, KEY, {})
if not uid:
    raise SystemExit("wrong login or API key")
models = xmlrpc.client.ServerProxy(f"{URL}/xmlrpc/2/object")


def call(method, *args, **options):
    return models.execute_kw(DATABASE, uid, KEY, "support.appointment", method, list(args), options)


# An id of your own makes it safe to send a request again after a failure of the network.
request = {
    "customer_email": "customer@example.com",
    "customer_name": "John Doe",
    "requested_date": f"{date.today() + timedelta(days=7)} 14:00:00",
    "timezone": "Europe/Brussels",
    "description": "Network troubleshooting needed",
    "priority": "high",
    "external_ref": "python-1",
}

print("faults:", len(call("check_external_data", request)))

appointment_id = call("create", {}, context={"external_data": request})
(appointment,) = call("read", [appointment_id], ["name", "state", "start"])
print("created:", appointment["name"], appointment["state"])

again = call("create", {}, context={"external_data": request})
print("again:", "the same" if again == appointment_id else "another one")

first, last = date.today() + timedelta(days=3), date.today() + timedelta(days=10)
slots = call("get_slots", str(first), str(last), 1.0, limit=3, context={"tz": "Europe/Brussels"})
print("slots:", len(slots))

try:
    wrong = {"customer_email": "customer@example.com", "priority": "whenever"}
    call("create", {}, context={"external_data": wrong})
except xmlrpc.client.Fault as fault:
    # 2: refused in words; 3: wrong key; 4: no right to; 1: a failure, see the text.
    if fault.faultCode not in (2, 4):
        raise
    for found in json.loads(fault.faultString.splitlines()[-1]):
        print("refused:", found["field"], found["code"])
