from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common_axe import publish_axe
from ..common_tours import ToursCase


@tagged("post_install", "-at_install")
class TestUndoTour(ToursCase):
    """A dispatcher takes back what they did, in a browser: clicks are counted in the tours."""

    browser_size = "1440,900"

    def test_a_move_on_the_board_by_message_and_by_keyboard(self):
        publish_axe(self.env)
        self.technician_2.active = True
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
        request = self._create(start=False)
        visit = self._confirm(start=noon + timedelta(days=3))
        told = self._get_notices(visit)
        action = self.env.ref("support_center.support_board_action")
        self.start_tour(
            f"/web#action={action.id}",
            "support_center_board_undo",
            login=self.user_dispatcher.login,
        )
        self.env.invalidate_all()
        self.assertFalse(request.technician_id)
        self.assertFalse(request.start)
        self.assertEqual(visit.technician_id, self.technician)
        self.assertEqual(visit.announced_details["technician"], self.technician.id)
        self.assertEqual(self._get_notices(visit), told)

    def test_a_move_on_the_page_with_the_customer_left_out(self):
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
        visit = self._confirm(start=noon + timedelta(days=3))
        told = self._get_notices(visit)
        self._walk("support_center_move_on_the_page", visit)
        self.env.invalidate_all()
        self.assertEqual(visit.duration, 1.5)
        self.assertEqual(visit.announced_details["duration"], 90)
        self.assertEqual(self._get_notices(visit), told)

    def test_a_merge(self):
        kept = self._create(description="The printer")
        other = self._create(description="The printer", location="Attic")
        self._walk("support_center_merge_undo", kept)
        self.env.invalidate_all()
        self.assertEqual(other.state, "draft")
        self.assertFalse(other.merged_into_id)
        self.assertFalse(kept.location)
