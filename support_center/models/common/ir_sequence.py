import psycopg2

from odoo import api, models
from odoo.tools import SQL

# How long another transaction is waited for, in PostgreSQL's words.
LOCK_TIMEOUT = "10s"
# What decides how a number is drawn and what it looks like.
DRAWN_BY = [
    "implementation", "use_date_range", "prefix", "suffix", "padding", "number_increment",
]  # fmt: skip


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _fill_references(self, vals_list, field, code):
        """Number those of the values that have no number yet, with one query a company.

        Numbers that a record of the company has already are skipped: an import, or an
        administrator who sets the next number back, may have run ahead of the sequence.

        :param vals_list: list of dicts for ``create``; they are changed in place
        :param str field: where the number goes; ``/`` counts as none
        :param str code: the sequence's code, which is the model's name as well
        """
        default_company_id = None
        by_company, given = {}, []
        for vals in vals_list:
            if (vals.get(field) or "/") != "/":
                given.append(vals[field])
                continue
            company_id = vals.get("company_id")
            if not company_id:
                if default_company_id is None:
                    defaults = self.env[code].default_get(["company_id"])
                    default_company_id = defaults.get("company_id") or self.env.company.id
                company_id = default_company_id
            by_company.setdefault(company_id, []).append(vals)
        for company_id, unnumbered in by_company.items():
            company = self.env["res.company"].browse(company_id)
            references = self._next_references(code, len(unnumbered), company, field, given)
            for vals, reference in zip(unnumbered, references, strict=True):
                vals[field] = reference

    @api.model
    def _next_references(self, code, count, company, field, given=()):
        """Take ``count`` numbers of the sequence ``code`` that no record has yet.

        ``next_by_code`` asks the database once for each number, which alone
        makes a large import slow.

        :param str code: the sequence's code, which is the model's name as well
        :param int count: how many references are needed
        :param company: ``res.company`` whose sequence is preferred
        :param str field: where records of the model have their number
        :param given: numbers that are about to be used, as a list of str
        :return: list of ``count`` formatted references, in order; False in place of each where
            there is no sequence
        """
        # sudo: a user who may create a record may number it.
        sequence = self.sudo().search_fetch(
            [("code", "=", code), ("company_id", "in", [company.id, False])],
            DRAWN_BY,
            order="company_id",
            limit=1,
        )
        if not sequence:
            return [False] * count
        # What is not in the database yet cannot be skipped there.
        self.env[code].flush_model([field, "company_id"])
        numbered = SQL(
            "SELECT %s FROM %s WHERE company_id = %s",
            SQL.identifier(field),
            SQL.identifier(self.env[code]._table),
            company.id,
        )
        references = sequence._draw_references(count, numbered, field, given)
        if not self._is_unattended():
            return references
        # Nobody could be told to send the mail again, so that numbers which others have
        # committed since our transaction began are skipped, too.
        theirs = self._find_committed(references, numbered, field)
        kept = [reference for reference in references if reference not in theirs]
        missing = count - len(kept)
        if not missing:
            return references
        return kept + sequence._draw_references(missing, numbered, field, [*given, *theirs])

    @api.model
    def _is_unattended(self):
        """Hook: whether there is nobody who could be told to try again.

        :return: bool
        """
        return False

    def _draw_references(self, count, numbered, field, given):
        """Draw numbers until ``count`` of them are free, in one statement.

        :param SQL numbered: selects the numbers that records have, of one company
        :return: list of str
        """
        self.ensure_one()
        source, sequence = self, self
        # As Odoo names the sequences that it makes in PostgreSQL.
        name = "ir_sequence_%03d" % self.id
        if self.use_date_range:
            source = self._get_current_sequence(self.env.context.get("ir_sequence_date"))
            sequence = self.with_context(ir_sequence_date_range=source.date_from)
            name += "_%03d" % source.id
        prefix, suffix = sequence._get_prefix_suffix()
        parts = {
            "count": count,
            "taken": SQL("%s AND %s = reference", numbered, SQL.identifier(field)),
            "given": list(given),
            "prefix": prefix,
            "suffix": suffix,
            "padding": self.padding,
        }
        if self.implementation == "standard":
            parts.update(before=0, following=SQL("nextval(%s)", name))
            return [reference for _number, reference in self._execute_draw(self.env.cr, parts)]
        source.flush_recordset(["number_next"])
        try:
            with self.env.cr.savepoint(flush=False):
                references = self._draw_without_gap(self.env.cr, source, parts)
        except psycopg2.OperationalError:
            if not self._is_unattended():
                raise
            # Somebody else takes a number at this moment. Odoo tells a person to try again; a
            # mail has a number taken beside its own transaction.
            with self.env.registry.cursor() as cr:
                cr.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
                references = self._draw_without_gap(cr, source, parts)
        source.invalidate_recordset(["number_next"])
        return references

    def _draw_without_gap(self, cr, source, parts):
        """Draw from a row of the table, which stays locked until the transaction ends.

        :param source: the ``ir.sequence`` or its ``ir.sequence.date_range``
        """
        table = SQL.identifier(source._table)
        wait = SQL("NOWAIT" if cr is self.env.cr else "")
        cr.execute(
            SQL("SELECT number_next FROM %s WHERE id = %s FOR UPDATE %s", table, source.id, wait)
        )
        step = self.number_increment
        parts = {
            **parts,
            "before": cr.fetchone()[0] - step,
            "following": SQL("number + %s", step),
        }
        drawn = self._execute_draw(cr, parts)
        cr.execute(
            SQL(
                "UPDATE %s SET number_next = %s WHERE id = %s",
                table,
                drawn[-1][0] + step,
                source.id,
            )
        )
        return [reference for _number, reference in drawn]

    @api.model
    def _execute_draw(self, cr, parts):
        """
        :param dict parts: ``before`` is the number before the first one, ``following`` SQL for
            the one after ``number``, ``taken`` SQL that finds a record with ``reference``
        :return: list of ``(number, reference)``, those that are free, in order
        """
        # Each step draws one number, until there are enough free ones. OFFSET 0 has PostgreSQL
        # compute each expression once: a number that is drawn twice would leave a gap.
        cr.execute(
            SQL(
                """
                WITH RECURSIVE drawn (number, reference, is_free, free) AS (
                    SELECT %(before)s::bigint, ''::text, FALSE, 0
                    UNION ALL
                    SELECT number, reference, is_free, free + is_free::int
                      FROM (
                        SELECT number, reference, free,
                               NOT (reference = ANY(%(given)s::text[]) OR EXISTS (%(taken)s))
                                   AS is_free
                          FROM (
                            SELECT number, free, %(prefix)s
                                   || lpad(number::text,
                                           greatest(length(number::text), %(padding)s), '0')
                                   || %(suffix)s AS reference
                              FROM (
                                SELECT (%(following)s)::bigint AS number, free
                                  FROM drawn
                                 WHERE free < %(count)s
                                OFFSET 0
                              ) AS following
                            OFFSET 0
                          ) AS formatted
                        OFFSET 0
                      ) AS checked
                )
                SELECT number, reference FROM drawn WHERE is_free ORDER BY free
                """,
                **parts,
            )
        )
        return cr.fetchall()

    @api.model
    def _find_committed(self, references, numbered, field):
        """What others have numbered by hand since our transaction began, which does not see it.

        :param references: list of str that are to be used
        :return: set of all numbers of the company where one of ``references`` is among them,
            else an empty one
        """
        column = SQL.identifier(field)
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("%s AND %s = ANY(%s) LIMIT 1", numbered, column, references))
            if not cr.fetchone():
                return set()
            cr.execute(numbered)
            return {number for (number,) in cr.fetchall()}
