from odoo import _, api, fields, models
from odoo.tools import email_normalize

from ...delivery.calendar_file import FILES, Person, Visit, build
from ...formatting import aware


class SupportCalendarFile(models.AbstractModel):
    """The calendar file that each notification of a customer carries."""

    _name = "support.calendar.file"
    _description = "Calendar Files of Notifications"

    @api.model
    def _create_files(self, by_lang, method, sequences, asking, organizers):
        """An attachment for each appointment, all made at once.

        :param dict by_lang: language code to ``support.appointment``
        :param str method: what calendars do with it, ``REQUEST`` or ``CANCEL``
        :param dict sequences: record id to the number of the version that is announced
        :param set asking: ids of the records whose customers are asked to accept
        :param dict organizers: company to ``delivery.calendar_file.Person``
        :return: dict of record id to ``ir.attachment``
        """
        vals_list, ids = [], []
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
        # sudo: attachments of a queued mail are the queue's.
        return dict(zip(ids, self.env["ir.attachment"].sudo().create(vals_list), strict=True))

    @api.model
    def _get_organizer(self, company, alias):
        """Who the calendars of customers answer: the alias, at which answers find their visit.

        :param str alias: its address, empty where the company has none
        """
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
        """Let all who may read a message read its calendar file."""
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
