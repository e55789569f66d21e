from odoo.tests import tagged

from ..common import SupportHttpCase


@tagged("post_install", "-at_install")
class TestBackendTour(SupportHttpCase):
    def test_dispatcher_reviews_and_confirms(self):
        draft = self.env["support.appointment"].create(
            {
                "source": "email",
                "intake_state": "review",
                "intake_note": "- requested_date is missing.",
                "intake_raw": "description: Tour",
                "customer_email": "tour@example.com",
                "customer_name": "Tour Customer",
            }
        )
        menu = self.env.ref("support_center.support_appointment_action_review")
        self.start_tour(
            f"/web#action={menu.id}", "support_center_review", login=self.user_dispatcher.login
        )
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.partner_id.email, "tour@example.com")
