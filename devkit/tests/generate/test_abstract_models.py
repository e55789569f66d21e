"""Names of services and mixins are no terms to translate."""

from devkit.generate.abstract_models import find_abstract, find_named, leave_out

SOURCE = """
class Backlog(models.AbstractModel):
    _name = "support.backlog"
    _description = "Backlog"

class Ticket(models.Model):
    _name = "support.ticket"

class Wizard(models.TransientModel):
    _name = "support.wizard"

class More(models.AbstractModel):
    _inherit = "mail.thread"
"""
HEAD = '# Terms.\nmsgid ""\nmsgstr ""\n'
SERVICE = (
    "#. module: support_center\n#: model:ir.model,name:support_center.model_support_backlog\n"
    'msgid "Backlog"\nmsgstr ""\n'
)
TICKET = (
    "#. module: support_center\n#: model:ir.model,name:support_center.model_support_ticket\n"
    'msgid "Ticket"\nmsgstr ""\n'
)
SHARED = (
    "#. module: support_center\n#: model:ir.model,name:support_center.model_support_backlog\n"
    '#: model:ir.ui.menu,name:support_center.menu\nmsgid "Open"\nmsgstr ""\n'
)
ABSTRACT = {"model_support_backlog"}


def test_only_models_that_are_declared_as_abstract_are_found() -> None:
    assert find_abstract([SOURCE, "class ("]) == ABSTRACT | {"model_mail_thread"}


def test_their_names_are_left_out_and_others_stay() -> None:
    template = "\n".join([HEAD, SERVICE, TICKET])
    assert find_named(template, ABSTRACT) == ABSTRACT
    assert leave_out(template, ABSTRACT) == "\n".join([HEAD, TICKET])


def test_a_term_that_stands_elsewhere_too_stays() -> None:
    line = "#: model:ir.model,name:support_center.model_support_backlog\n"
    template = "\n".join([HEAD, SHARED, TICKET])
    assert leave_out(template, ABSTRACT) == "\n".join([HEAD, SHARED.replace(line, ""), TICKET])


def test_nothing_to_leave_out_leaves_the_template_as_it_is() -> None:
    template = "\n".join([HEAD, TICKET])
    assert leave_out(template, ABSTRACT) == template
