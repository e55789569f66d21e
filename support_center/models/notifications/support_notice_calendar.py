from odoo import _, api, fields, models
from odoo.tools import email_normalize

from ...delivery.calendar_file import FILES, Person, Visit, build
from ...formatting import aware


class SupportNoticeCalendar(models.AbstractModel):
    """The calendar file that each notice carries."""

    _name = "support.notice.calendar"
    _description = "Calendar Files of Notices"

    @api.model
    def _create_files(self, by_lang, method, sequences, asking):
        """An attachment for each appointment, all made at once.

        :param dict by_lang: language code to ``support.appointment``
        :param str method: what calendars do with it, ``REQUEST`` or ``CANCEL``
        :param dict sequences: record id to the number of the version that is announced
        :param set asking: ids of the records whose customers are asked to accept
        :return: dict of record id to ``ir.attachment``
        """
        vals_list, ids = [], []
        companies = self.env["res.company"].union(*(r.company_id for r in by_lang.values()))
        organizers = {company: self._get_organizer(company) for company in companies}
        for lang, records in by_lang.items():
            in_lang = self.with_context(lang=lang)
            for record in records.with_context(lang=lang):
                organizer = organizers[record.company_id]
                if record.ics_organizer:
                    organizer = Person(record.ics_organizer, organizer.name)
                visit = in_lang._prepare_visit(
                    record, sequences[record.id], organizer, asks_answer=record.id in asking
                )
                vals_list.append(
                    {
                        "name": FILES[method],
                        "raw": build(visit, method),
                        "mimetype": f"text/calendar; charset=utf-8; method={method}",
                        "res_model": "mail.message",
                    }
                )
                ids.append(record.id)
        self._keep_organizers(organizers, ids)
        # sudo: attachments of a queued mail are the queue's.
        return dict(zip(ids, self.env["ir.attachment"].sudo().create(vals_list), strict=True))

    @api.model
    def _keep_organizers(self, organizers, ids):
        """Note who the visits were announced by, for whatever is told of them later.

        Not by ``write``: a mark is no change of the visit that a rule should look at.

        :param dict organizers: company to ``delivery.calendar_file.Person``
        :param list ids: of the visits
        """
        visits = self.env["support.appointment"].browse(ids)
        for company, those in visits.grouped("company_id").items():
            unknown = those.filtered(lambda visit: not visit.ics_organizer)
            unknown._write_marks({"ics_organizer": organizers[company].email})

    @api.model
    def _get_organizer(self, company):
        """Who the calendars of customers answer: the alias, at which answers find their visit."""
        addresses = self.env["support.mail.address"]
        alias = addresses._get_alias_address(company, "support.appointment")
        address = email_normalize(alias or "") or company.email or self.env.user.email
        return Person(address or "noreply@invalid", company.name)

    @api.model
    def _prepare_visit(self, record, sequence, organizer, *, asks_answer=True):
        """What the calendar shows.

        :param organizer: ``delivery.calendar_file.Person``
        :return: ``delivery.calendar_file.Visit``
        """
        company = record.company_id
        # A cancelled visit is taken out where the calendar has it.
        start = record.start or record.announced_start
        stop = start + record._as_timedelta(record.duration)
        link = record._get_customer_link()
        return Visit(
            uid=record.ics_uid,
            sequence=sequence,
            start=aware(start),
            stop=aware(stop),
            stamp=aware(fields.Datetime.now()),
            summary=_(
                "%(what)s, %(company)s",
                what=record.type_id.name or _("Support appointment"),
                company=company.name,
            ),
            organizer=organizer,
            attendee=Person(record.partner_id.email_normalized, record.partner_id.name or ""),
            location=record.location or "",
            description=f"{record.name}\n{link}",
            url=link,
            asks_answer=asks_answer,
        )

    @api.model
    def _attach_to_messages(self, mails):
        """Let whoever may read a message read its calendar file."""
        mails.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE ir_attachment
               SET res_id = relation.message_id
              FROM message_attachment_rel AS relation
             WHERE relation.attachment_id = ir_attachment.id
               AND ir_attachment.res_model = 'mail.message' AND COALESCE(res_id, 0) = 0
               AND relation.message_id = ANY(%s)
            """,
            [mails.mail_message_id.ids],
        )
        mails.attachment_ids.invalidate_recordset(["res_id"], flush=False)
