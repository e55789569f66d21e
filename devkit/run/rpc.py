"""A small client of Odoo's XML-RPC, as an administrator of a development database."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

from devkit.ui import Problem

LOGIN = PASSWORD = "admin"
ALIAS_DOMAIN = "example.com"
ALIAS_NAME = "appointments"


class Rpc:
    """Calls as ``admin``, with the password that a development database has."""

    def __init__(self, url: str, database: str) -> None:
        self.url = url
        self.database = database
        common = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/common")
        self.uid = common.authenticate(database, LOGIN, PASSWORD, {})
        if not self.uid:
            raise Problem(
                f"{LOGIN} cannot log in to the database {database}",
                "its password was changed; `make clean` starts afresh",
            )

    def __call__(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of a model."""
        with xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/object", allow_none=True) as proxy:
            return proxy.execute_kw(
                self.database, self.uid, PASSWORD, model, method, list(arguments), options
            )


def ensure_alias_domain(rpc: Rpc) -> str:
    """Give companies without one an alias domain; the address for appointment requests.

    A domain that somebody set stays as it is.
    """
    domains = rpc("mail.alias.domain", "search_read", [], ["name"], limit=1)
    if domains:
        domain_id = domains[0]["id"]
    else:
        (domain_id,) = rpc("mail.alias.domain", "create", [{"name": ALIAS_DOMAIN}])
    companies = rpc("res.company", "search", [("alias_domain_id", "=", False)])
    if companies:
        rpc("res.company", "write", companies, {"alias_domain_id": domain_id})
    # By its XML id: somebody who tries the settings may have given it another name.
    data = [("module", "=", "support_center"), ("name", "=", "mail_alias_appointments")]
    found = rpc("ir.model.data", "search_read", data, ["res_id"])
    if not found:
        raise Problem(
            f"the database has no alias {ALIAS_NAME}@", "see the log of the addon's installation"
        )
    alias_id = found[0]["res_id"]
    (alias,) = rpc("mail.alias", "read", [alias_id], ["alias_name", "alias_domain_id"])
    if not alias["alias_name"]:
        rpc("mail.alias", "write", [alias_id], {"alias_name": ALIAS_NAME})
    if not alias["alias_domain_id"]:
        rpc("mail.alias", "write", [alias_id], {"alias_domain_id": domain_id})
    (alias,) = rpc("mail.alias", "read", [alias_id], ["alias_full_name"])
    return str(alias["alias_full_name"])
