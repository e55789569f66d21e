import random
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base_automation.models.base_automation import BaseAutomation as Core

from ..common import SupportCase, at

# Fields, and what they may be set to.
VALUES = {
    "location": ["Here", "There", False],
    "description": ["One", "Two", False],
    "priority": ["0", "1", "2", "3"],
    "start": [at("2026-03-05 10:00"), at("2026-03-06 11:00"), False],
    "duration": [1.0, 2.5],
    "state": ["draft", "confirmed", "cancelled"],
}
# What custom rules wait for, and which records they are about.
WATCHED = [(), ("location",), ("priority", "stop"), ("state",), ("customer_name", "duration")]
DOMAINS = [
    False,
    "[]",
    "[('location', '!=', False)]",
    "[('state', '=', 'confirmed'), ('priority', 'in', ['2', '3'])]",
    # These Odoo has to evaluate each time.
    "[('create_uid', '=', uid)]",
    "[('start', '>', datetime.datetime(2026, 3, 5, 12, 0))]",
]
ROUNDS = 40


@tagged("post_install", "-at_install")
class TestRuleLookup(SupportCase):
    """Rules act on the same records as by Odoo's own look-up, which asks far more often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        model = cls.env.ref("support_center.model_support_appointment")
        choice = random.Random(14)  # noqa: S311, repeatable, not secret
        for number in range(12):
            watched = choice.choice(WATCHED)
            cls.env["base.automation"].create(
                {
                    "name": f"Custom {number}",
                    "model_id": model.id,
                    "trigger": "on_create_or_write",
                    "trigger_field_ids": [
                        (6, 0, [cls._get_field(model, name).id for name in watched])
                    ],
                    "filter_pre_domain": choice.choice([False, "[('location', '=', 'Here')]"]),
                    "filter_domain": choice.choice(DOMAINS),
                    "action_server_ids": [
                        (0, 0, {
                            "name": f"Custom {number}", "model_id": model.id,
                            "state": "code", "code": "True", "usage": "base_automation",
                        })
                    ],
                }
            )  # fmt: skip

    @classmethod
    def _get_field(cls, model, name):
        return cls.env["ir.model.fields"]._get(model.model, name)

    def _run(self, seed):
        """Make and change appointments by chance.

        :return: list of the ids of an action and of the record that it ran on, counted from the
            first record, in order
        """
        choice = random.Random(seed)  # noqa: S311, as above
        actions = type(self.env["ir.actions.server"])
        run, ran = actions.run, []

        def note(action):
            ran.append((action.id, action.env.context.get("active_id")))
            return run(action)

        with patch.object(actions, "run", note):
            records = self.env["support.appointment"].browse()
            for _number in range(3):
                records |= self._create_appointment(location=choice.choice(["Here", False]))
            for _round in range(ROUNDS):
                names = choice.sample(sorted(VALUES), choice.randint(1, 3))
                vals = {name: choice.choice(VALUES[name]) for name in names}
                those = records.filtered(lambda record: choice.random() < 0.6)
                try:
                    with self.env.cr.savepoint():
                        those.write(vals)
                except Exception as error:  # noqa: BLE001, a refusal is one on both ways
                    ran.append((type(error).__name__, None))
                self.env.flush_all()
        first = records[0].id
        return [(name, record_id and record_id - first) for name, record_id in ran]

    def test_the_same_rules_act_on_the_same_records_as_by_odoos_own_look_up(self):
        rules = type(self.env["base.automation"])
        names = ("_filter_pre", "_filter_post_export_domain", "_check_trigger_fields")
        acted = 0
        for seed in range(4):
            ours = self._run(seed)
            with patch.multiple(rules, **{name: getattr(Core, name) for name in names}):
                self.assertEqual(ours, self._run(seed))
            acted += len(ours)
        self.assertGreater(acted, 200)

    def test_a_changed_rule_counts_at_once(self):
        rule = self.env["base.automation"].search([("name", "=", "Custom 0")])
        rule.write({"filter_domain": False, "filter_pre_domain": False})
        rule.trigger_field_ids = self._get_field(rule.model_id, "location")
        rule.action_server_ids.code = "record._message_log(body='It acted')"
        visit = self._create_appointment()

        def count():
            return len(visit.message_ids.filtered(lambda m: "It acted" in (m.body or "")))

        before = count()
        visit.location = "Here"
        self.assertEqual(count(), before + 1)
        rule.trigger_field_ids = self._get_field(rule.model_id, "priority")
        visit.location = "There"
        self.assertEqual(count(), before + 1)
        visit.priority = "3"
        self.assertEqual(count(), before + 2)
        rule.filter_domain = "[('priority', '=', '0')]"
        visit.priority = "2"
        self.assertEqual(count(), before + 2)
        rule.filter_pre_domain = "[('location', '=', 'Elsewhere')]"
        visit.priority = "0"
        self.assertEqual(count(), before + 2)
        rule.filter_pre_domain = False
        visit.priority = "1"
        visit.priority = "0"
        self.assertEqual(count(), before + 3)
