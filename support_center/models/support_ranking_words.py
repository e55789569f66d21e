from odoo import _, api, models


class SupportRankingWords(models.AbstractModel):
    """Scores in the words of whoever plans, in the language of the environment."""

    _name = "support.ranking.words"
    _description = "Words of Ranking"

    @api.model
    def _describe(self, score):
        """
        :param score: ``scheduling.rank.Score``
        :return: list of str, one for each part worth a word
        """
        texts = (self._describe_part(part) for part in score.parts)
        return [text for text in texts if text]

    @api.model
    def _describe_part(self, part):
        if part.code == "load":
            return self._describe_load(part)
        if part.code == "delay":
            return self._describe_delay(part)
        if part.code == "remote":
            return _("no way to go")
        if part.code == "last":
            return _("was there last time")
        if part.code == "pencilled":
            return _("has a draft planned at the same time")
        return self._describe_way(part)

    @api.model
    def _describe_way(self, part):
        minutes = round(part.way)
        if part.code == "nowhere":
            return _("way unknown, %(minutes)s min assumed", minutes=minutes)
        if part.code == "between":
            text = _("%(minutes)s min more on the way between two jobs", minutes=minutes)
        elif part.code == "previous":
            text = _("%(minutes)s min from the previous job", minutes=minutes)
        elif part.code == "next":
            text = _("%(minutes)s min to the next job", minutes=minutes)
        else:
            text = _("%(minutes)s min from where the day starts", minutes=minutes)
        if part.basis == "line":
            return text
        if part.basis == "postal_code":
            return _("%(text)s (assumed: same postal code)", text=text)
        if part.basis == "area":
            return _("%(text)s (assumed: same area)", text=text)
        return _("%(text)s (assumed: way unknown)", text=text)

    @api.model
    def _describe_load(self, part):
        hours = f"{part.hours:.1f}"
        if not part.hours:
            return _("nothing else planned that week")
        if part.above < 0.05:
            return _("%(hours)s h planned that week, nobody less", hours=hours)
        return _(
            "%(hours)s h planned that week, %(above)s h more than the least",
            hours=hours,
            above=f"{part.above:.1f}",
        )

    @api.model
    def _describe_delay(self, part):
        if abs(part.days) < 0.05:
            return ""
        days = f"{abs(part.days):.1f}"
        if part.days > 0:
            return _("%(days)s days later", days=days)
        return _("%(days)s days earlier", days=days)

    @api.model
    def _describe_unfit(self, unfit):
        """
        :param dict unfit: ``support.technician`` to tuples of list of str and list of ``Reason``
        :return: dict of ``support.technician`` to list of str
        """
        words = self.env["support.availability.words"]
        names = words._get_visible_names(
            [reason for _faults, reasons in unfit.values() for reason in reasons]
        )
        found = {}
        for technician, (faults, reasons) in unfit.items():
            zone = technician.sudo().tz or "UTC"  # sudo: as in `support.availability.words`
            texts = [words._describe_reason(reason, zone, names) for reason in reasons]
            found[technician] = [*faults, *texts]
            if texts:
                found[technician][-1] = _("%(reason)s (%(zone)s)", reason=texts[-1], zone=zone)
        return found
