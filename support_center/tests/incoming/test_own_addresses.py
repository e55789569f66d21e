from odoo.tests import tagged

from ..common_dialogue import DialogueCase


@tagged("post_install", "-at_install")
class TestOwnAddresses(DialogueCase):
    """Which addresses are ours is kept in memory, and looked up anew when one changes."""

    def _is_own(self, address):
        return self.env["support.mail.address"]._is_own(address, self.env.company)

    def test_a_changed_alias_counts_at_once(self):
        domain = self.env.company.alias_domain_id
        address = f"helpdesk@{domain.name}"
        self.assertFalse(self._is_own(address))
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "helpdesk",
                "alias_domain_id": domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.assertTrue(self._is_own(address))
        alias.alias_name = "service"
        self.assertFalse(self._is_own(address))
        self.assertTrue(self._is_own(f"service@{domain.name}"))
        domain.name = "renamed.example.com"
        self.assertTrue(self._is_own("service@renamed.example.com"))
        alias.unlink()
        self.assertFalse(self._is_own("service@renamed.example.com"))

    def test_an_alias_without_a_domain_makes_nobodys_address_ours(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "helpdesk",
                "alias_domain_id": False,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.env.company.alias_domain_id = False
        self.assertFalse(self._is_own("helpdesk@elsewhere.example.com"))

    def test_a_new_company_counts_at_once_and_an_archived_one_no_more(self):
        self.assertFalse(self._is_own("hello@branch.example.com"))
        company = self.env["res.company"].create(
            {"name": "Branch", "email": "hello@branch.example.com"}
        )
        self.assertTrue(self._is_own("hello@branch.example.com"))
        company.email = "office@branch.example.com"
        self.assertFalse(self._is_own("hello@branch.example.com"))
        company.active = False
        self.assertFalse(self._is_own("office@branch.example.com"))

    def test_an_answer_comes_from_the_alias_as_it_is_called_now(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        first = self._get_answers(self._send_mail())
        self.assertIn(f"<appointments@{self.alias_domain}>", first.reply_to)
        alias.alias_name = "visits"
        draft = self._send_mail(
            to=f"visits@{self.alias_domain}", message_id="<request-2@example.com>"
        )
        self.assertIn(f"<visits@{self.alias_domain}>", self._get_answers(draft).reply_to)
