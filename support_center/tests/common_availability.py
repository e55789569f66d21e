from .common import SupportCase, at


class AvailabilityCase(SupportCase):
    def _leave(self, start, stop, technician=None, **values):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": technician.resource_id.id if technician else False,
                "calendar_id": self.calendar.id,
                "date_from": at(start),
                "date_to": at(stop),
                **values,
            }
        )

    def _meeting(self, start, stop, **values):
        return (
            self.env["calendar.event"]
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    "name": "Secret talk",
                    "user_id": self.user_technician.id,
                    "partner_ids": [(6, 0, self.user_technician.partner_id.ids)],
                    "start": at(start),
                    "stop": at(stop),
                    **values,
                }
            )
        )

    def _book(self, start, **values):
        return self._create_appointment(
            technician_id=self.technician.id, state="confirmed", start=at(start), **values
        )

    def _is_free(self, start, stop, **values):
        return bool(self.technician._is_available(at(start), at(stop), **values))

    def _starts(self, technicians, start, stop, **values):
        slots = technicians._free_slots(at(start), at(stop), **values)
        return [slot.start.strftime("%a %H:%M") for slot in slots]
