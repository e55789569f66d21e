from lxml import etree

from odoo import models, tools

# In the context of what renders one of our mail templates. An object, since no caller from
# outside can put one there.
KEEP_COMPILED_KEY = "support_center_keep_compiled"
KEEP_COMPILED = object()


class IrQweb(models.AbstractModel):
    """The text of a mail template is compiled once, as Odoo does it with a view.

    Odoo compiles it anew for each record, which takes longer than all else that makes a mail.
    The key is the text itself, so that an edited template is another one.
    """

    _inherit = "ir.qweb"

    def _compile(self, template):
        is_kept = self.env.context.get(KEEP_COMPILED_KEY) is KEEP_COMPILED
        if not is_kept or not isinstance(template, etree._Element):
            return super()._compile(template)
        # Where the user may not use code, Odoo refuses it while it compiles: part of the key.
        names = [*self._get_template_cache_keys(), "preserve_comments"]
        asked = tuple(self.env.context.get(name) for name in names)
        text = etree.tostring(template, encoding="unicode")
        return self._compile_text(text, asked, super()._compile)

    @tools.ormcache("text", "asked", cache="templates")
    def _compile_text(self, text, asked, compile_template):
        """As ``_compile``, of a template's own text.

        :param str text: XML
        :param tuple asked: what else decides how it is compiled
        :param callable compile_template: Odoo's own ``_compile``
        """
        return compile_template(etree.fromstring(text))
