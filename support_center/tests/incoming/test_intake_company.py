import json

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCommon
from ..common_dialogue import DialogueCase

REQUEST = {
    **GUIDE_DATA,
    "type": "twin",
    "technician": "twin@example.com",
}


class TwoCompanies:
    """A second company that has all that the first has, by the same names."""

    @classmethod
    def _set_up_twins(cls):
        env = cls.env
        cls.company_1 = env.company
        cls.company_2 = env["res.company"].create(
            {"name": "Second Company", "email": "office@second.example.com"}
        )
        cls.twins = {}
        for company in (cls.company_1, cls.company_2):
            own = {"company_id": company.id}
            cls.twins[company] = {
                "partner": env["res.partner"].create(
                    {"name": company.name, "email": "customer@example.com", **own}
                ),
                "type": env["support.appointment.type"].create(
                    {"name": "Twin", "code": "twin", "duration": 2.0, **own}
                ),
                "technician": env["support.technician"].create(
                    {
                        "name": f"Twin of {company.name}",
                        "email": "twin@example.com",
                        "tz": "UTC",
                        **own,
                    }
                ),
                "ticket": env["support.ticket"].create({"name": "Ticket", **own}),
            }
        # The same number in both, as each company counts by itself.
        for twin in cls.twins.values():
            twin["ticket"].number = "TCK/2026/00007"
        cls.request = {**REQUEST, "ticket": "TCK/2026/00007"}

    def _assert_belongs(self, visit, company):
        """The visit, and all that its request names, are the company's."""
        self.assertEqual(visit.intake_state, "accepted", visit.intake_note)
        self.assertEqual(visit.company_id, company)
        for name, record in self.twins[company].items():
            self.assertEqual(visit[f"{name}_id"], record, name)
        self.assertIn(visit.partner_id, visit.message_partner_ids)

    @classmethod
    def _as_mail(cls, data):
        return "\n".join(f"{key}: {value}" for key, value in data.items()) + "\n"


@tagged("post_install", "-at_install")
class TestMailOfACompany(TwoCompanies, DialogueCase):
    """An alias of the second company, read by OdooBot, who is in the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_twins()
        alias = cls.env.ref("support_center.mail_alias_appointments")
        alias.alias_defaults = repr({"company_id": cls.company_2.id})

    def test_all_that_it_names_is_the_company_s(self):
        self._assert_belongs(self._send_mail(self._as_mail(self.request)), self.company_2)

    def test_what_only_another_company_has_is_unknown(self):
        for name in ("type", "technician"):
            self.twins[self.company_2][name].active = False
        self.twins[self.company_2]["ticket"].unlink()
        draft = self._send_mail(self._as_mail(self.request))
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(draft.company_id, self.company_2)
        self.assertEqual(
            {fault["field"] for fault in draft.intake_errors}, {"type", "technician", "ticket"}
        )
        self.assertFalse(draft.type_id or draft.technician_id or draft.ticket_id)

    def test_a_new_customer_is_the_company_s(self):
        body = self._as_mail({**self.request, "customer_email": "new@example.com"})
        self.assertEqual(self._send_mail(body).partner_id.company_id, self.company_2)

    def test_the_answer_that_corrects_it_stays_there(self):
        draft = self._send_mail(self._as_mail({**self.request, "priority": "asap"}))
        self.assertEqual((draft.intake_state, draft.company_id), ("review", self.company_2))
        self.env.company.email = "office@company.example.com"
        self._reply("priority: high\n", self._get_answers(draft)[-1])
        self._assert_belongs(draft, self.company_2)

    def test_read_again_by_a_dispatcher_who_works_in_both(self):
        draft = self._send_mail(self._as_mail({**self.request, "technician": "late@example.com"}))
        self.assertEqual(draft.intake_state, "review")
        for twin in self.twins.values():
            twin["technician"].email = "late@example.com"
        self.user_dispatcher.company_ids = [Command.link(self.company_2.id)]
        draft.with_user(self.user_dispatcher).action_read_again()
        self._assert_belongs(draft, self.company_2)

    def test_accepted_by_hand_the_contact_is_the_company_s(self):
        known, new = (
            self._send_mail(
                f"customer_email: {address}\nrequested_date: soon\n",
                message_id=f"<hand-{address}>",
                sender=address,
            )
            for address in ("customer@example.com", "new@example.com")
        )
        self.user_dispatcher.company_ids = [Command.link(self.company_2.id)]
        (known | new).with_user(self.user_dispatcher).action_accept_request()
        self.assertEqual(known.partner_id, self.twins[self.company_2]["partner"])
        self.assertEqual(new.partner_id.company_id, self.company_2)

    def test_a_reference_of_another_company_is_no_duplicate(self):
        first = self._send_mail(self._as_mail({**self.request, "external_ref": "W-1"}))
        alias = self.env.ref("support_center.mail_alias_appointments")
        alias.alias_defaults = repr({"company_id": self.company_1.id})
        second = self._send_mail(
            self._as_mail({**self.request, "external_ref": "W-1"}), message_id="<2@example.com>"
        )
        self.assertEqual((first.company_id, second.company_id), (self.company_2, self.company_1))
        self._assert_belongs(second, self.company_1)


@tagged("post_install", "-at_install")
class TestRpcOfACompany(TwoCompanies, SupportCommon, HttpCase):
    """External data by XML-RPC from a user of both companies, and webhooks, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_support()
        cls._set_up_twins()
        cls.request["requested_date"] = "2046-03-05 14:00:00"
        cls.user = new_test_user(
            cls.env,
            login="integration_of_both",
            groups="support_center.group_support_integration",
            company_id=cls.company_1.id,
            company_ids=[Command.set((cls.company_1 | cls.company_2).ids)],
        )

    def _call(self, method, arguments, companies, **context):
        if companies:
            context["allowed_company_ids"] = companies.ids
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.user.id,
            self.user.login,
            "support.appointment",
            method,
            arguments,
            {"context": context},
        )

    def _make(self, companies, **data):
        made = self._call("create", [{}], companies, external_data={**self.request, **data})
        return self.env["support.appointment"].browse(made)

    def test_all_that_it_names_is_the_company_s(self):
        self._assert_belongs(self._make(self.company_2), self.company_2)
        # The first of those that are allowed is the one at work.
        both = self.env["res.company"].browse([self.company_2.id, self.company_1.id])
        self._assert_belongs(self._make(both), self.company_2)
        # Without a word on companies it is the user's own.
        self._assert_belongs(self._make(None), self.company_1)

    def test_check_and_create_agree_on_what_the_company_has(self):
        self.twins[self.company_2]["type"].active = False
        self.env.flush_all()
        faults = self._call("check_external_data", [self.request], self.company_2)
        self.assertEqual([fault["field"] for fault in faults], ["type"])
        self.assertFalse(self._call("check_external_data", [self.request], self.company_1))

    def test_the_same_reference_in_both_is_two_visits(self):
        first = self._make(self.company_1, external_ref="crm-1")
        second = self._make(self.company_2, external_ref="crm-1")
        self.assertNotEqual(first, second)
        self._assert_belongs(second, self.company_2)
        self.assertEqual(self._make(self.company_2, external_ref="crm-1"), second)

    def test_a_company_that_is_not_the_user_s_is_refused(self):
        third = self.env["res.company"].create({"name": "Third Company"})
        self.env.flush_all()
        with mute_logger("odoo.http"), self.assertRaisesRegex(Exception, "unauthorized or invalid"):
            self._make(third)

    def test_webhooks_are_the_configured_company_s(self):
        rule = self.env.ref("support_center.automation_webhook_create")
        rule.active = True
        parameters = self.env["ir.config_parameter"]
        for company in (self.company_2, self.company_1):
            parameters.set_param("support_center.webhook_company_id", str(company.id))
            self.env.flush_all()
            response = self.url_open(
                f"/web/hook/{rule.webhook_uuid}",
                data=json.dumps({**self.request, "external_ref": "hook-1"}),
                headers={"Content-Type": "application/json"},
            )
            self.assertEqual(response.status_code, 200)
            self.env.invalidate_all()
            visit = self.env["support.appointment"].search(
                [("external_ref", "=", "hook-1"), ("company_id", "=", company.id)]
            )
            self.assertEqual(visit.source, "webhook")
            self._assert_belongs(visit, company)
            self.assertEqual(self._get_log(visit, "read_webhook").company_id, company)
