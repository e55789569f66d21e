import base64
import copy
import inspect

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCase

try:  # where it is in 19.0
    from odoo.service.model import call_kw
except ImportError:
    from odoo.api import call_kw

# Methods that Odoo's ORM or mail gateway calls with values of their own kind. They are looked
# at where they are: what the ORM does with values, and who may call the gateway's.
NOT_CALLED = {
    "create", "write", "unlink", "copy_data", "default_get", "init", "get_values", "set_values",
    "message_new", "message_update", "message_parse", "message_process", "message_route", "send",
    "send_email", "web_save", "fields_get",
}  # fmt: skip
HUGE = 2**40
MISSING = 2**31 - 1
JUNK = [
    None, True, "", "nonsense", "7", "Mars/Olympus", "2026-13-45", "0001-01-01 00:00:00",
    "9999-12-31 23:59:59", "nul\0", 0, -1, MISSING, HUGE, 1.5, 1e300, [], [None], ["x"], [HUGE],
    [[1]], {}, {"a": 1}, {"1": {"2": None}},
]  # fmt: skip
# Of a value inside another one.
NESTED_JUNK = [None, "nonsense", "0001-01-01 00:00:00", "nul\0", -1, HUGE, 1.5, ["x"], {"a": 1}]
JUNK_IDS = [
    None, "nonsense", "7", -1, MISSING, HUGE, 1.5, True, [None], ["x"], ["7"], [-1], [MISSING],
    [HUGE], [1.5], [True], [[1]], [{"a": 1}], {"a": 1},
]  # fmt: skip
JUNK_CONTEXTS = [
    {"tz": "Mars/Olympus"}, {"tz": "../../etc/passwd"}, {"tz": 5}, {"lang": "xx_YY"},
    {"active_id": "x", "active_ids": "x", "active_model": 5},
    {"active_id": HUGE, "active_ids": [HUGE], "active_model": "support.appointment"},
    {"default_appointment_id": "x", "default_technician_id": HUGE},
]  # fmt: skip
# Values that would do, so that the junk in one argument is not hidden behind the next one.
SAMPLES = {
    "date_from": "2026-03-05 00:00:00",
    "date_to": "2026-03-06 00:00:00",
    "filters": {"name": "", "search": "", "offset": 0, "area_ids": [], "skill_ids": []},
    "ids": [],
    "vals": {
        "start": "2026-03-05 10:00:00",
        "stop": "2026-03-05 11:00:00",
        "technician_id": False,
        "day_start": False,
        "day_stop": False,
        "overrule": False,
        "tell": False,
    },
    # Of the quick visit, and of a technician's entry.
    "values": {
        "delay": 5,
        "work_done": "All",
        "parts_used": "",
        "time_used": 5,
        "partner_id": False,
        "contact": {"name": "Zoe", "phone": "", "email": "", "place": ""},
        "type_id": False,
        "ticket_id": False,
        "place": "1 Street",
        "words": "No light",
        "is_urgent": False,
        "start": "2026-03-05 10:00:00",
        "technician_id": False,
        "details": "",
        "day": "2026-03-05",
        "part_of_day": "",
        "confirm": True,
    },
    "partner_id": False,
    "version": None,
    "day": "2026-03-05",
    "text": "A note",
    "name": "photo.png",
    "content": base64.b64encode(b"no picture").decode(),
    "panel": "setup",
    "key": "alias",
    "button": "open",
    "data": {**GUIDE_DATA, "timezone": "UTC"},
    "duration": 1.0,
    "type": None,
    "limit": 5,
    "period": "last_month",
    "group_by": "technician",
    "figure": "done_count",
    "technician_id": False,
    "sign": {
        "token": "a page",
        "start": "2026-03-05 00:00:00",
        "stop": "2026-03-06 00:00:00",
        "dragging_id": False,
        "is_here": True,
        "asks": False,
    },
    "kind": "work",
}


class Undone(Exception):
    """What a call did is not to be there for the next one."""


@tagged("post_install", "-at_install")
class TestJunkCalls(SupportCase):
    """Whatever a call brings along, its answer is a result or an error in words.

    The methods are found in the models, so that a new one is called, too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_all = new_test_user(
            cls.env,
            login="support_all",
            groups="base.group_system,support_center.group_support_manager",
        )
        company = cls.env["res.company"].create({"name": "Another Company"})
        cls.foreign = {
            "support.appointment": cls._create_appointment(
                partner_id=False, company_id=company.id, start=False
            )
        }
        cls.foreign["support.technician"] = cls.env["support.technician"].create(
            {"name": "Somebody Else", "company_id": company.id}
        )
        cls.foreign["support.ticket"] = cls.env["support.ticket"].create(
            {"name": "Elsewhere", "company_id": company.id, "team_id": False}
        )
        cls.samples = {**SAMPLES, "appointment_id": cls._create_appointment(start=False).id}
        step = {"user_id": cls.user_dispatcher.id, "kind": "move"}
        cls.samples["step_id"] = cls.env["support.undo.step"].create(step).id
        cls.env.flush_all()

    @classmethod
    def _list_methods(cls):
        """The public methods that we define.

        :return: list of tuples of the model, the method's name and its parameters; None for
            these where the method works on records
        """
        found = []
        for model in sorted(cls.env.registry):
            # A slice of a model is called as that model.
            if not model.startswith("support.") or model.endswith(".mixin"):
                continue
            ours = [
                each
                for each in cls.env.registry[model].mro()
                if each.__module__.startswith("odoo.addons.support_center.")
            ]
            for name in sorted({name for each in ours for name in vars(each)} - NOT_CALLED):
                method = getattr(cls.env.registry[model], name)
                if inspect.isfunction(method) and not name.startswith("_"):
                    parameters = list(inspect.signature(method).parameters)[1:]
                    found.append((model, name, parameters if cls._is_of_model(method) else None))
        return found

    @classmethod
    def _is_of_model(cls, method):
        # 17.0 and 19.0 mark it each in their own way.
        return getattr(method, "_api", "") == "model" or getattr(method, "_api_model", False)

    def _call(self, user, model, method, args, context=None):
        """Note what is neither a result nor a refusal in words, the first one of each kind.

        The call is Odoo's own, as it makes it of one that came by XML-RPC or from the web.
        """
        try:
            with self.env.cr.savepoint():
                env = self.env(user=user, context={})
                call_kw(env[model], method, copy.deepcopy(args), {"context": context or {}})
                env.flush_all()
                raise Undone
        except Undone:
            pass
        except Exception as error:  # noqa: BLE001, all of them are told together
            # Odoo tells what the database refuses in words, where the call came from outside.
            in_words = isinstance(error, UserError) and str(error).strip()
            if in_words or isinstance(error, psycopg2.IntegrityError):
                return
            shown = f"{error} ({tuple(args)} {context or ''})"
            self.faults.setdefault((model, method, type(error).__name__), shown[:300])
        finally:
            self.env.invalidate_all(flush=False)

    def _list_calls(self, model, parameters):
        """Arguments to call a method with, each list with one piece of junk in it."""
        if parameters is None:
            foreign = self.foreign.get(model)
            return [[ids] for ids in [*JUNK_IDS, *([foreign.ids] if foreign else [])]]
        samples = [self.samples[name] for name in parameters]
        calls = [samples]
        for number, sample in enumerate(samples):
            junk = [*JUNK, *(record.id for record in self.foreign.values())]
            if isinstance(sample, dict):
                junk += [{**sample, key: each} for key in sample for each in NESTED_JUNK]
            calls += [[*samples[:number], each, *samples[number + 1 :]] for each in junk]
        return calls

    @mute_logger("odoo.sql_db", "support_center.automation")
    def test_every_call_is_answered_in_words(self):
        self.faults = {}
        for model, method, parameters in self._list_methods():
            unknown = set(parameters or ()) - self.samples.keys()
            self.assertFalse(unknown, f"{model}.{method} needs a sample of its arguments")
            is_shut = model.startswith(("support.health", "support.dry.run", "support.settings"))
            user = self.user_all if is_shut else self.user_dispatcher
            for args in self._list_calls(model, parameters):
                self._call(user, model, method, args)
            plain = [self.samples[name] for name in parameters or ()]
            for context in JUNK_CONTEXTS:
                self._call(user, model, method, plain if parameters is not None else [[]], context)
        lines = [f"{'.'.join(key[:2])}: {key[2]}: {text}" for key, text in self.faults.items()]
        self.assertFalse(lines, "\n".join(["", *lines]))

    def test_the_methods_are_found(self):
        found = {(model, name) for model, name, _parameters in self._list_methods()}
        for method in (
            ("support.board", "move"),
            ("support.my.day", "add_photo"),
            ("support.appointment", "get_slots"),
            ("support.appointment", "action_confirm"),
            ("support.slot.finder.line", "action_plan"),
            ("support.health", "action_open"),
        ):
            self.assertIn(method, found)
