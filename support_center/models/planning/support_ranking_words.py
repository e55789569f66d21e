from odoo import _, api, models

from ...formatting import format_names, get_technician_zone

# How many are named of those who could come too, of those who could not, and of these for one
# visit among several.
MOST_OTHERS = 5
MOST_UNFIT = 10
LEFT_UNFIT = 3


class SupportRankingWords(models.AbstractModel):
    """Scores as the user who plans reads them, in the language of the environment."""

    _name = "support.ranking.words"
    _description = "Messages of the Ranking"

    @api.model
    def _describe(self, score):
        """
        :param score: ``scheduling.rank.Score``
        :return: list of str, one for each part worth a word
        """
        (texts,) = self._describe_all([score])
        return texts

    @api.model
    def _describe_all(self, scores):
        """The same of several; a part that many of them have is put in words once.

        :return: list of lists of str
        """
        known = {}
        for score in scores:
            for part in score.parts:
                if part not in known:
                    known[part] = self._describe_part(part)
        return [[known[part] for part in score.parts if known[part]] for score in scores]

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
            return _("travel time unknown, %(minutes)s min assumed", minutes=minutes)
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
        return _("%(text)s (assumed: travel time unknown)", text=text)

    @api.model
    def _describe_load(self, part):
        hours, above = f"{part.hours:.1f}", f"{part.above:.1f}"
        if not part.hours:
            return _("nothing else planned that week")
        if part.above < 0.05:
            return _("%(hours)s h planned that week, nobody less", hours=hours)
        return _(
            "%(hours)s h planned that week, %(above)s h more than the least",
            hours=hours,
            above=above,
        )

    @api.model
    def _describe_delay(self, part):
        if abs(part.days) < 0.05:
            return ""
        days = f"{abs(part.days):.1f}"
        if part.days > 0:
            return _("%(days)s days later", days=days)
        return _("%(days)s days earlier", days=days)

    # ------------------------------------------------------------------
    # Who cannot come
    # ------------------------------------------------------------------

    @api.model
    def _describe_unfit(self, unfit):
        """
        :param dict unfit: ``support.technician`` to tuples of a list of str and one of
            ``Reason``
        :return: dict of ``support.technician`` to list of str
        """
        (found,) = self._describe_all_unfit([unfit], limit=None)
        return found

    @api.model
    def _describe_all_unfit(self, many, limit=MOST_UNFIT):
        """The same for several visits, with one look at what is in the way of all of them."""
        many = [dict(list(unfit.items())[:limit]) for unfit in many]
        words = self.env["support.availability.words"]
        names = words._get_visible_names(
            [reason for unfit in many for _f, reasons in unfit.values() for reason in reasons]
        )
        return [
            {
                technician: [*faults, *self._describe_reasons(technician, reasons, names)]
                for technician, (faults, reasons) in unfit.items()
            }
            for unfit in many
        ]

    @api.model
    def _describe_reasons(self, technician, reasons, names):
        """Why somebody cannot come at a time; the last reason names the zone."""
        words = self.env["support.availability.words"]
        zone = get_technician_zone(technician)
        texts = []
        for reason in reasons:
            if reason.code == "lost":
                texts.append(_("has just been booked by somebody else"))
            else:
                texts.append(words._describe_reason(reason, zone, names))
        if any(reason.code not in ("lost", "full") for reason in reasons):
            texts[-1] = f"{texts[-1]} ({zone})"
        return texts

    @api.model
    def _describe_nobody(self, appointment, unfit):
        """Why nobody can come to a visit, the first technicians by name.

        :return: str of several lines
        """
        if not unfit:
            return _("%(name)s: there is no technician.", name=appointment.name)
        (reasons,) = self._describe_all_unfit([unfit])
        return "\n".join(
            [
                _("Nobody can come to %(name)s:", name=appointment.name),
                *self._list_unfit(reasons, len(unfit)),
            ]
        )

    @api.model
    def _describe_left(self, appointment, unfit):
        """The same in one line, for a visit among others."""
        if not unfit:
            return _("%(name)s: there is no technician.", name=appointment.name)
        (reasons,) = self._describe_all_unfit([unfit], limit=LEFT_UNFIT)
        texts = [
            _("%(name)s %(reasons)s", name=self._get_name(t), reasons="; ".join(those))
            for t, those in reasons.items()
        ]
        if len(unfit) > LEFT_UNFIT:
            texts.append(_("and %(count)s others", count=len(unfit) - LEFT_UNFIT))
        return _("%(name)s: %(reasons)s.", name=appointment.name, reasons=format_names(texts))

    @api.model
    def _list_unfit(self, reasons, count):
        lines = [
            _(
                "– %(name)s %(reasons)s",
                name=self._get_name(technician),
                reasons="; ".join(texts),
            )
            for technician, texts in reasons.items()
        ]
        if count > len(reasons):
            lines.append(_("– and %(count)s others", count=count - len(reasons)))
        return lines

    @api.model
    def _get_name(self, technician):
        return technician.sudo().name  # sudo: as in `support.availability.words`

    # ------------------------------------------------------------------
    # Who goes
    # ------------------------------------------------------------------

    @api.model
    def _describe_choices(self, choices):
        """The notes of several visits that have found somebody.

        :param list choices: of ``Choice``
        :return: dict of appointment id to str
        """
        reasons = self._describe_all_unfit([choice.unfit for choice in choices])
        return {
            choice.appointment.id: self._describe_choice(choice, unfit)
            for choice, unfit in zip(choices, reasons, strict=True)
        }

    @api.model
    def _describe_choice(self, choice, reasons):
        best, *others = choice.scores
        lines = [
            _(
                "%(name)s (%(cost)s): %(reasons)s.",
                name=best.name,
                cost=self._format_cost(best.cost),
                reasons="; ".join(self._describe(best)),
            )
        ]
        if others:
            texts = [
                _("%(name)s: %(cost)s", name=score.name, cost=self._format_cost(score.cost))
                for score in others[:MOST_OTHERS]
            ]
            if len(others) > MOST_OTHERS:
                texts.append(_("and %(count)s others", count=len(others) - MOST_OTHERS))
            lines.append(_("Could have come too: %(names)s.", names=format_names(texts)))
        if choice.unfit:
            lines.append(_("Could not come:"))
            lines += self._list_unfit(reasons, len(choice.unfit))
        return "\n".join(lines)

    @api.model
    def _format_cost(self, cost):
        return _("%(minutes)s min", minutes=round(cost))

    @api.model
    def _prepare_notification(self, count, left):
        """What is shown where some of several visits could not be assigned.

        :param int count: how many could
        :param dict left: the others to str
        :return: client action
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": _(
                    "%(count)s assigned, %(left)s left without a technician",
                    count=count,
                    left=len(left),
                ),
                "message": " ".join(left.values()),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
